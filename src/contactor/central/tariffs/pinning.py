"""Which tariff a charge goes by: chosen once, in the database transaction of its start, and pinned to it.

Of the versions that were the newest of their tariffs when the charge began, and were valid then, the one counts that is
meant most narrowly: the badge's group before the station before all; among equals the one that became valid last, and
of those the one that was made last.
"""

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, delete, func, or_, select

from contactor.central.store.statement import Rows, Statement, insert_new
from contactor.central.store.tariff_tables import (
    pinned_tariffs,
    running_costs,
    tariff_scopes,
    tariff_versions,
    tariffs,
)
from contactor.central.tariffs.tariff_rows import Scope, is_newest

STOPPED = "stopped"
"""Why a result is due: the transaction ended, or its end became another one."""
LATE_READINGS = "late readings"
CORRECTED = "corrected"

_scope, _subject = tariff_scopes.c.scope, tariff_scopes.c.subject
_versions = tariff_versions.c
_at_ms = bindparam("at_ms", type_=_versions.made_at_ms.type)
_NARROWEST_FIRST = case((_scope == Scope.GROUP, 0), (_scope == Scope.STATION, 1), else_=2)
_PIN = insert_new(pinned_tariffs, "transaction_id", "version_id")
_RUN = insert_new(running_costs, "transaction_id")
_IS_PINNED = select(pinned_tariffs.c.version_id).where(pinned_tariffs.c.transaction_id == bindparam("number"))
_ASK = Statement(
    "INSERT INTO running_costs (transaction_id, due_for, asked) VALUES (:number, :why, 1) "
    "ON CONFLICT (transaction_id) DO UPDATE SET due_for = excluded.due_for, asked = running_costs.asked + 1",
    ("number", "why"),
)
_SETTLED = delete(running_costs).where(
    running_costs.c.transaction_id == bindparam("number"), running_costs.c.asked == bindparam("seen")
)


def version_for(group_key: ColumnElement[str | None]) -> Select[tuple[int]]:
    """The version that a charge goes by which began at a station at an instant; none where no tariff is meant for it.

    `group_key` is the key of its badge's group; `station` and `at_ms` are given when it is asked.
    """
    return (
        select(_versions.id)
        .join(tariff_scopes, tariff_scopes.c.version_id == _versions.id)
        .join(tariffs, tariffs.c.id == _versions.tariff_id)
        .where(
            or_(
                _scope == Scope.ALL,
                and_(_scope == Scope.STATION, _subject == bindparam("station")),
                and_(_scope == Scope.GROUP, _subject == group_key),
            ),
            or_(tariffs.c.retired_at_ms.is_(None), tariffs.c.retired_at_ms > _at_ms),
            or_(_versions.valid_from_ms.is_(None), _versions.valid_from_ms <= _at_ms),
            or_(_versions.valid_until_ms.is_(None), _versions.valid_until_ms > _at_ms),
            is_newest(made_until_ms=_at_ms),
        )
        .order_by(_NARROWEST_FIRST, func.coalesce(_versions.valid_from_ms, 0).desc(), _versions.id.desc())
        .limit(1)
    )


def pin_tariff(connection: Connection, number: int, version_id: int) -> None:
    """Let a transaction that begins go by the tariff of this moment, whatever becomes of that tariff later."""
    Rows(_PIN, ((number, version_id),)).execute_on(connection)
    Rows(_RUN, ((number,),)).execute_on(connection)


def pinned_version(connection: Connection, number: int) -> int | None:
    """The version a transaction goes by."""
    found: int | None = connection.execute(_IS_PINNED, {"number": number}).scalar_one_or_none()
    return found


def cost_is_due(connection: Connection, number: int, why: str = STOPPED) -> None:
    """Ask for a transaction's result, in the database transaction of what changes it; it is computed soon after."""
    if pinned_version(connection, number) is not None:
        Rows(_ASK, ((number, why),)).execute_on(connection)


def cost_is_settled(connection: Connection, number: int, seen: int) -> bool:
    """Take a transaction off the list; False if its result was asked for once more since it was `seen`."""
    return connection.execute(_SETTLED, {"number": number, "seen": seen}).rowcount > 0
