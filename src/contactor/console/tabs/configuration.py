"""The configuration tab: keys as reported, what differs from the factory, and values changed in place."""

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.checks import object_to
from contactor.console.command_dialog import answer_words, send_command
from contactor.console.desk import StationDesk
from contactor.console.role import Role
from contactor.console.tabs.drift import DriftSection
from contactor.guide.entries import ConfigurationKey, KeyKind
from contactor.ui.blocks import banner, button
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import tag, words
from contactor.ui.writing import milliseconds

COLUMNS = (
    Column("key", "Key", "mono"),
    Column("value", "Value", "edit", editable="editable"),
    Column("factory", "From the factory", "mono"),
    Column("origin", "Profile"),
    Column("access", "Access"),
    Column("reported_at", "Read", "ago"),
    Column("result", "Last result", "pill"),
)
_TAKEN = ("Accepted", "RebootRequired")


class ConfigurationTab:
    """The keys of a station."""

    def __init__(self, desk: StationDesk) -> None:
        self._desk = desk
        self._results: dict[str, str] = {}
        self._keys: list[Json] = []
        self._drifting = DriftSection(desk)
        with tag("div", "row-of card-body"):
            self._filter = (
                ui.input("Filter keys", on_change=self._draw).props("outlined dense clearable").classes("narrow")
            )
            self._drift = ui.checkbox("Only what differs from the factory", on_change=self._draw)
            tag("div", "grow")
            if desk.visit.may(Role.OPERATOR):
                button("Read again", self._read, icon="refresh")
        self._reboot = banner("Some values hold only after a reset.")
        with self._reboot:
            button("Reset", lambda: desk.order("Reset", {"type": "Soft"}), kind="text")
        self._reboot.set_visibility(False)
        self._told = words("p", "", "verdict").props("role=status aria-live=polite")
        self._told.set_visibility(False)
        self._table = RecordTable(
            COLUMNS,
            keyed="key",
            caption="Configuration keys",
            empty=("No key is known", "Read the configuration from the station: Read again."),
            on_change=self._change,
        )
        ui.timer(0.01, self._begin, once=True)

    async def _begin(self) -> None:
        """Show what is known; if that is nothing, have it read: reading changes nothing."""
        await self.refresh()
        if not self._keys and self._desk.station["is_online"] and self._desk.visit.may(Role.OPERATOR):
            await self._read()

    async def refresh(self) -> None:
        """Fetch what the record has."""
        self._keys = await self._desk.visit.api.get(f"{self._desk.path}/configuration")
        self._draw()

    async def _read(self) -> None:
        async def work() -> None:
            view = await send_command(self._desk.visit, self._desk.station_id, "GetConfiguration", {})
            if view["state"] != "answered":
                self._say(f"The configuration was not read. {answer_words(view)[0]}", "bad")
            await self.refresh()
            await self._drifting.refresh()

        await self._desk.visit.attempt(Role.OPERATOR, work)

    async def _change(self, key: str, value: str) -> None:
        payload = {"key": key, "value": value}
        objections = object_to("ChangeConfiguration", payload, self._desk.known)
        if objections:
            self._say(f"{key} is not sent: {objections[0].reason}.", "bad")
            self._draw()
            return

        async def work() -> None:
            view = await send_command(self._desk.visit, self._desk.station_id, "ChangeConfiguration", payload)
            status = view["status"] or view["state"]
            self._results[key] = status
            kind = "good" if status in _TAKEN else "bad"
            self._say(f"{key}: {status}. {view['detail']}".strip(), kind)

        await self._desk.visit.attempt(Role.OPERATOR, work)
        await self.refresh()
        await self._drifting.refresh()

    def _say(self, text: str, kind: str) -> None:
        assert isinstance(self._told, ui.label)
        self._told.text = text
        self._told.classes(replace=f"verdict {kind}")
        self._told.set_visibility(True)

    def _draw(self) -> None:
        sought = (self._filter.value or "").lower()
        rows = [self._row(each) for each in self._keys if sought in each["key"].lower()]
        if self._drift.value:
            rows = [row for row in rows if row["differs"]]
        self._reboot.set_visibility(any(each["value_after_boot"] is not None for each in self._keys))
        self._table.show(rows)

    def _row(self, view: Json) -> Row:
        product, model = self._desk.known.product, self._desk.known.model
        entry = None if product is None else product.key(view["key"])
        factory = None if entry is None or model is None else entry.default_for(model)
        value = view["value"] if view["value_after_boot"] is None else view["value_after_boot"]
        is_writable = not view["is_readonly"] and (entry is None or entry.writable)
        return {
            "key": view["key"],
            "value": value,
            "factory": factory,
            "differs": factory is not None and value is not None and value != factory,
            "origin": "" if entry is None else entry.origin.value.replace("_", " "),
            "access": "read/write" if is_writable else "read-only",
            "editable": is_writable and self._desk.visit.may(Role.OPERATOR),
            "choices": _choices(entry),
            "reported_at": milliseconds(view["reported_at"]),
            "result": self._results.get(view["key"], "RebootRequired" if view["value_after_boot"] is not None else ""),
        }


def _choices(entry: ConfigurationKey | None) -> list[str] | None:
    if entry is None:
        return None
    if entry.kind is KeyKind.BOOLEAN:
        return list(entry.allowed or ("true", "false"))
    return list(entry.allowed) if entry.kind is KeyKind.TEXT and entry.allowed else None
