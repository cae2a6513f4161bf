"""The orders that put running costs on screens, as they stand among the commands of people."""

from sqlalchemy import ColumnElement, and_

from contactor.central.care.duty import NAME
from contactor.central.commands.command import CommandState
from contactor.central.store.operation_tables import commands

ACTION = "DataTransfer"
TELLER = NAME
WHY = "running cost"

_ENDED = [state.value for state in CommandState if state.is_final]


def is_cost_order() -> ColumnElement[bool]:
    """Whether a command is one of these, and has ended."""
    ours = and_(commands.c.action == ACTION, commands.c.ordered_by == TELLER, commands.c.why == WHY)
    return and_(ours, commands.c.state.in_(_ENDED))
