"""The kit's components: what streams comes over the page's own socket (`live.js`), the rest once, as fixed fields.

A station's words are only ever values, never keys: NiceGUI reads keys that begin with a colon as script.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Press:
    """A button in a table's row."""

    name: str
    label: str
    danger: bool = False
    when: str | None = None
    """The field of the row that must be true for the button to be there."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `kind` says how its values are written (see record_table.js)."""

    name: str
    label: str
    kind: str = "text"
    to: str = ""
    """For links: the path that the value is put behind."""
    decimals: int = 0
    editable: str = ""
    """For edited values: the field of the row that must be true."""
    buttons: tuple[Press, ...] = ()
    wide: bool = False
    """Left out where there is little room: whoever opens the record sees it."""


class RecordTable(Element, component="record_table.js"):
    """A table of records, each row a mapping of fixed fields."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        keyed: str,
        caption: str,
        empty: tuple[str, str],
        on_open: Callable[[str], object] | None = None,
        on_press: Callable[[str, str], object] | None = None,
        on_change: Callable[[str, str], object] | None = None,
    ) -> None:
        super().__init__()
        self._props["columns"] = [asdict(each) for each in columns]
        self._props["rows"] = []
        self._props["keyed"] = keyed
        self._props["caption"] = caption
        self._props["opens"] = on_open is not None
        self._props["emptyTitle"], self._props["emptyText"] = empty
        self._keyed = keyed
        if on_open is not None:
            self.on("open", lambda event: on_open(str(event.args)))
        if on_press is not None:
            self.on("press", lambda event: on_press(*_texts(event, "name", "key")))
        if on_change is not None:
            self.on("change", lambda event: on_change(*_texts(event, "key", "value")))

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows in place of those before."""
        self._props["rows"] = [dict(each) for each in rows]
        self.update()


def _texts(event: GenericEventArguments, *names: str) -> list[str]:
    """What a page sent, as texts; whatever else it sent is nothing."""
    given = event.args if isinstance(event.args, dict) else {}
    return [str(given.get(name, ""))[:1000] for name in names]


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart: points are (milliseconds since 1970, value)."""

    name: str
    color: str
    points: Sequence[tuple[float, float]] = ()
    right: bool = False
    """On the right axis, from 0 to 100 %."""
    dashed: bool = False
    area: bool = False
    step: bool = False
    gapS: float = 0.0  # noqa: N815 - as the component spells it
    connector: int = 0
    """Whose live points it takes, and which column of them."""
    column: int = 0


class LineChart(Element, component="line_chart.js"):
    """A chart over time; with a topic it grows by what is new there."""

    def __init__(
        self,
        series: Sequence[Series],
        *,
        label: str,
        height: int = 260,
        unit: str = "kW",
        topic: str | None = None,
        window_s: float | None = None,
        empty: str = "Nothing to show yet.",
    ) -> None:
        super().__init__()
        self._props["series"] = [asdict(each) for each in series]
        self._props["label"] = label
        self._props["height"] = height
        self._props["unit"] = unit
        self._props["topic"] = topic
        self._props["windowS"] = window_s
        self._props["emptyText"] = empty

    def show(self, lines: Sequence[Sequence[tuple[float, float]]]) -> None:
        """Draw these points, a list for each series, in place of those before."""
        self.run_method("show", [[list(point) for point in line] for line in lines])


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart; None where there is no value."""

    name: str
    value: float | None


class BarChart(Element, component="bar_chart.js"):
    """Bars for names; `top` fills a bar, else the highest does, and so many are left out."""

    def __init__(
        self,
        bars: Sequence[Bar],
        *,
        label: str,
        unit: str = "",
        decimals: int = 0,
        top: float | None = None,
        left: int = 0,
    ) -> None:
        super().__init__()
        self._props["bars"] = [asdict(each) for each in bars]
        self._props["label"] = label
        self._props["unit"] = unit
        self._props["decimals"] = decimals
        self._props["top"] = top
        self._props["left"] = left


class MessageLog(Element, component="message_log.js"):
    """Messages as they come; `on_open` gets the one that somebody wants to see whole."""

    def __init__(
        self, *, title: str, topic: str, initial: Sequence[Row], empty: str, on_open: Callable[[int], object]
    ) -> None:
        super().__init__()
        self._props["title"] = title
        self._props["topic"] = topic
        self._props["initial"] = [dict(each) for each in initial]
        self._props["emptyText"] = empty
        self.on("open", lambda event: on_open(_number_of(event)))


def _number_of(event: GenericEventArguments) -> int:
    number = event.args.get("number") if isinstance(event.args, dict) else None
    return number if isinstance(number, int) else 0


class ThemeSwitch(Element, component="theme_switch.js"):
    """Light or dark, and whether the page is live."""


class WaitingCount(Element, component="waiting_count.js"):
    """How many of something wait, as a topic tells it; nothing where none do."""

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._props["topic"] = topic


class StaleBanner(Element, component="stale_banner.js"):
    """Says that what is shown is old, while it is."""
