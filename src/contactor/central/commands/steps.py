"""The steps of a command as work for the writer: kept, sent, ended; each a database transaction with its event.

A step has no effect but on the connection, and returns what its owner has to know.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, select

from contactor.central.commands.command import CommandRefused, CommandState, CommandView
from contactor.central.commands.command_rows import NewCommand, keep, move, same_order
from contactor.central.commands.effects import Delivery, at_answer, at_refusal, at_sending, status_word
from contactor.central.commands.facts import load_facts
from contactor.central.commands.following import give_up_starts, starts_are_awaited
from contactor.central.commands.lines import Waiting
from contactor.central.commands.requests import read_request, request_text
from contactor.central.commands.reservations import expire_reservations, reservations_are_kept
from contactor.central.commands.rules import judge, withheld_for
from contactor.central.commands.station_keys import StationKeys, expect_key, load_keys, strike_key
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.outbound import CallLost, CallOutcome
from contactor.central.secrets_mask import mask
from contactor.central.store import operation_tables
from contactor.central.store.news import Looked
from contactor.ocpp.codec import write_payload
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.peer import CallAnswered, CallFailed, CallTimedOut

RETURN_GRACE = timedelta(seconds=60)
"""After a restart of ours, how long commands that were not to wait do wait for their station to come back."""

_commands = operation_tables.commands


@dataclass(frozen=True, slots=True)
class Repeated:
    """The order had been given before: here is what it led to."""

    view: CommandView


@dataclass(frozen=True, slots=True)
class Moved:
    """A command after a step; `keys` where the step touched the station's."""

    view: CommandView
    keys: StationKeys | None = None


def keep_order(
    connection: Connection, new: NewCommand, registration: RegistrationStatus | None
) -> CommandView | Repeated | CommandRefused:
    """Write an order down, unless it was given before or may not be carried out."""
    if new.idempotency_key is not None:
        known = same_order(connection, new.idempotency_key)
        if known is not None:
            return _repeated(known, new)
    facts = load_facts(connection, new.station_id, registration, new.queued_at)
    refused = judge(new.request, facts, force=new.was_forced)
    return refused if refused is not None else keep(connection, new)


def mark_sent(
    connection: Connection, command: Waiting, registration: RegistrationStatus, now: datetime
) -> Moved | None:
    """Write down that a command goes out now, before the wire hears of it; or that it may not, after all."""
    facts = load_facts(connection, command.station_id, registration, now)
    reason = withheld_for(command.request, facts)
    if reason is not None:
        return _moved(move(connection, command.command_id, now, state=CommandState.WITHHELD, detail=reason))
    columns = at_sending(connection, Delivery(command.command_id, command.station_id, command.request, now), facts)
    sent_at_ms = to_ms(now)
    view = move(connection, command.command_id, now, state=CommandState.SENT, sent_at_ms=sent_at_ms, **columns)
    if view is None:
        return None
    if command.digest is not None:
        expect_key(connection, command.station_id, command.command_id, command.digest)
    return _moved(view, _keys_after(connection, command))


def conclude(connection: Connection, command: Waiting, outcome: CallOutcome, now: datetime) -> Moved | None:
    """Write down what came of a command that was sent."""
    delivery = Delivery(command.command_id, command.station_id, command.request, now)
    columns: dict[str, object]
    if isinstance(outcome, CallAnswered):
        answer = mask(write_payload(outcome.result).decode())
        changes = at_answer(connection, delivery, outcome.result)
        columns = {"state": CommandState.ANSWERED, "status": status_word(outcome.result), "answer": answer, **changes}
    elif isinstance(outcome, CallFailed):
        detail = f"{outcome.code.value}: {outcome.description}" if outcome.description else outcome.code.value
        columns = {
            "state": CommandState.REFUSED,
            "detail": mask(detail),
            **at_refusal(connection, delivery, mask(detail)),
        }
    elif isinstance(outcome, CallTimedOut):
        columns = {"state": CommandState.TIMED_OUT, "detail": "no answer came; the station may have obeyed"}
    else:
        columns = _lost(connection, command, outcome)
    return _moved(move(connection, command.command_id, now, **columns), _keys_after(connection, command))


def end_unsent(
    connection: Connection, command_id: int, state: CommandState, detail: str, now: datetime
) -> Moved | None:
    """Write down that a command will not be sent any more."""
    return _moved(move(connection, command_id, now, state=state, detail=detail))


def sweep(connection: Connection, now: datetime) -> Looked | None:
    """Give up what has been waited for long enough: starts and reservations."""
    if not starts_are_awaited(connection) and not reservations_are_kept(connection):
        return Looked.NOTHING
    given_up = give_up_starts(connection, now) + expire_reservations(connection, now)
    return None if given_up else Looked.NOT_YET


def take_over(connection: Connection, now: datetime) -> list[Waiting]:
    """After a restart: what was under way has an unknown outcome, what waited goes on waiting, in its old order."""
    query = select(_commands).where(_commands.c.state.in_((CommandState.QUEUED, CommandState.SENT)))
    waiting = []
    for row in connection.execute(query.order_by(_commands.c.id)).all():
        if row.state == CommandState.SENT:
            detail = "the central system was restarted before the answer; the station may have obeyed"
            move(connection, row.id, now, state=CommandState.UNKNOWN_OUTCOME, detail=detail)
        elif row.had_secret:
            detail = "the central system was restarted, and the secret in the request was not kept"
            move(connection, row.id, now, state=CommandState.CANCELLED, detail=detail)
        else:
            expires_at = now + RETURN_GRACE if row.expires_at_ms is None else from_ms(row.expires_at_ms)
            request = read_request(row.action, msgspec.json.decode(row.request, type=dict[str, object]))
            waiting.append(Waiting(row.id, row.station_id, request, expires_at))
    return waiting


def _repeated(known: CommandView, new: NewCommand) -> Repeated | CommandRefused:
    same_request = known.request == msgspec.json.decode(mask(request_text(new.request)))
    if (known.station_id, known.action) == (new.station_id, type(new.request).__name__) and same_request:
        return Repeated(known)
    reason = f"it was used for command {known.command_id}, which says something else"
    return CommandRefused("idempotencyKey", new.idempotency_key, reason)


def _lost(connection: Connection, command: Waiting, outcome: CallLost) -> dict[str, object]:
    if outcome.was_sent:
        detail = "the connection ended before the answer; the station may have obeyed"
        return {"state": CommandState.UNKNOWN_OUTCOME, "detail": detail}
    strike_key(connection, command.station_id, command.command_id)
    unsent: dict[str, object] = {"sent_at_ms": None, "follow_up": None, "follow_up_until_ms": None}
    if command.expires_at is not None:
        return {"state": CommandState.QUEUED, **unsent}
    return {"state": CommandState.OFFLINE, "detail": "the connection ended before it was sent", **unsent}


def _moved(view: CommandView | None, keys: StationKeys | None = None) -> Moved | None:
    return None if view is None else Moved(view, keys)


def _keys_after(connection: Connection, command: Waiting) -> StationKeys | None:
    return None if command.digest is None else load_keys(connection, command.station_id)
