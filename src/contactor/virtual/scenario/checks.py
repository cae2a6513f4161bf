"""Holds expectations against what there is to see: None if one is met, otherwise what there is instead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contactor.virtual.control.bodies import Form
from contactor.virtual.control.shapes import Outlet, StationState
from contactor.virtual.scenario import expectations as e
from contactor.virtual.scenario.frame_log import FrameLog

FRAMES_SHOWN_MAX = 3
TEXT_SHOWN_MAX = 300
DARK = "the station has no power, or its software does not run"


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see at a moment."""

    state: StationState
    statuses: Mapping[int, str | None]
    log: FrameLog


def shortfall(form: Form, sight: Sight) -> str | None:
    """What is missing from an expectation; None if it is met."""
    return _CHECKS[type(form)](form, sight)


def _frame(form: e.FrameComes, sight: Sight) -> str | None:
    return None if sight.log.take([form]) else _instead(form, sight)


def _frames(form: e.FramesCome, sight: Sight) -> str | None:
    if sight.log.take(form.frames):
        return None
    wanting = next((each for each in form.frames if not sight.log.alike(each)), form.frames[0])
    return f"not all came, or not in this order: {_instead(wanting, sight)}"


def _no_frame(form: e.NoFrameComes, sight: Sight) -> str | None:
    """Here what is met is the frame that must not come."""
    return "it came" if sight.log.take([form]) else None


def _instead(pattern: e.FramePattern, sight: Sight) -> str:
    alike = sight.log.alike(pattern)[-FRAMES_SHOWN_MAX:]
    if not alike:
        return f"no {pattern.action} {pattern.kind} was {pattern.direction}"
    shown = "; ".join(str(each.payload)[:TEXT_SHOWN_MAX] for each in alike)
    return f"{pattern.action} says {shown}"


def _status(form: e.StatusIs, sight: Sight) -> str | None:
    status = sight.statuses.get(form.connector)
    if status != form.status:
        return f"connector {form.connector} is {status}"
    outlet = sight.state.outlets.get(form.connector)
    connector = None if outlet is None else outlet.connector
    if connector is None:
        return None
    return _differing(
        {"error_code": form.error_code, "vendor_error_code": form.vendor_error_code},
        {"error_code": connector.error_code, "vendor_error_code": connector.vendor_error_code},
    )


def _screen(form: e.ScreenShows, sight: Sight) -> str | None:
    screen = sight.state.screen
    if screen is None:
        return DARK
    if form.outlet is None:
        return _differing(
            {"headline": form.headline, "shown": form.shown, "is_online": form.is_online},
            {"headline": screen.headline, "shown": screen.shown, "is_online": screen.is_online},
        )
    connector = sight.state.outlets[form.outlet].connector
    if connector is None:
        return DARK
    seen = connector.screen
    return _differing(
        {"page": form.page, "headline": form.headline, "cost": form.cost},
        {"page": seen.page, "headline": seen.headline, "cost": seen.cost},
    )


def _meter(form: e.MeterSays, sight: Sight) -> str | None:
    outlet = sight.state.outlets[form.outlet]
    soc_percent = None if outlet.vehicle is None else outlet.vehicle.soc_percent
    bounds = (
        ("register", outlet.register_wh, form.at_least_wh, form.at_most_wh, "Wh"),
        ("power", outlet.power_w, form.power_at_least_w, form.power_at_most_w, "W"),
        ("state of charge", soc_percent, form.soc_at_least_percent, None, "%"),
    )
    for name, value, least, most, unit in bounds:
        if least is None and most is None:
            continue
        if value is None or (least is not None and value < least) or (most is not None and value > most):
            return f"the {name} is {value} {unit}"
    return None


def _transaction(form: e.TransactionIs, sight: Sight) -> str | None:
    outlet: Outlet = sight.state.outlets[form.connector]
    if outlet.connector is None:
        return DARK
    transaction = outlet.connector.transaction
    if (transaction is not None) != form.is_open:
        return "a transaction is open" if transaction is not None else "no transaction is open"
    if transaction is None:
        return None
    return _differing(
        {"id_tag": form.id_tag, "transaction_id": form.transaction_id},
        {"id_tag": transaction.id_tag, "transaction_id": transaction.transaction_id},
    )


def _outbox(form: e.OutboxOwes, sight: Sight) -> str | None:
    connection = sight.state.connection
    if connection is None:
        return DARK
    return _differing({"messages": form.messages}, {"messages": connection.messages_owed})


def _online(form: e.OnlineIs, sight: Sight) -> str | None:
    connection = sight.state.connection
    is_online = connection is not None and connection.is_online
    return _differing({"is_online": form.is_online}, {"is_online": is_online})


def _differing(wanted: Mapping[str, object], seen: Mapping[str, object]) -> str | None:
    """The first field that is not as wanted; what is None is not wanted in any way."""
    for name, value in wanted.items():
        if value is not None and seen[name] != value:
            return f"{name} is {seen[name]}"
    return None


_CHECKS: Mapping[type[Form], Callable[..., str | None]] = {
    e.FrameComes: _frame,
    e.FramesCome: _frames,
    e.NoFrameComes: _no_frame,
    e.StatusIs: _status,
    e.ScreenShows: _screen,
    e.MeterSays: _meter,
    e.TransactionIs: _transaction,
    e.OutboxOwes: _outbox,
    e.OnlineIs: _online,
}
