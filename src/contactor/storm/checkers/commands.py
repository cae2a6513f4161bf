"""A command ends, and ends once: in exactly one state that changes no more."""

from collections import Counter
from collections.abc import Sequence

from contactor.central.commands.command import CommandState
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook


class CommandsEnd(Checker):
    """Reads the commands and what the feed told of them."""

    invariant = "commands end once"

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """No command waits, and the feed told of one end."""
        ends: dict[int, set[str]] = {}
        told: Counter[tuple[int, str]] = Counter()
        for event in record.events("command_changed"):
            if CommandState(event["state"]).is_final:
                ends.setdefault(event["command_id"], set()).add(event["state"])
                told[event["command_id"], event["state"]] += event["follow_up"] is None
        for row in record.commands():
            number, state = row["id"], CommandState(row["state"])
            if not state.is_final:
                self.complain(row["station_id"], 0.0, f"command {number} {row['action']} is still {state}")
            elif ends.get(number, {str(state)}) != {str(state)}:
                self.complain(
                    row["station_id"], 0.0, f"command {number} ended as {ends[number]}, the record has {state}"
                )
            elif told[number, str(state)] > 1:
                self.complain(row["station_id"], 0.0, f"the end of command {number} was told more than once")
