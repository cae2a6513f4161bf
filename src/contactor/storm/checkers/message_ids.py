"""A message id stands for one message only; a repetition says word for word what the first one said (RPC-01, Q-08)."""

import msgspec

from contactor.storm.checkers.checker import Checker
from contactor.storm.frame import Direction, Frame

# The number is learned late: a start that was answered meanwhile changes it in what follows (TX-07).
_MAY_CHANGE = "transactionId"

_encode = msgspec.json.Encoder().encode


class MessageIdsAreUnique(Checker):
    """Remembers what was said under every id, in a few bytes each."""

    invariant = "message ids are unique"

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, Direction, str], tuple[str, bytes]] = {}

    def heard(self, frame: Frame) -> None:
        """Nothing else was said under this id."""
        if not frame.is_call:
            return
        said = frame.payload
        if _MAY_CHANGE in said:
            said = {key: value for key, value in said.items() if key != _MAY_CHANGE}
        content = _encode(said)
        place = (frame.station, frame.direction, frame.message_id)
        known = self._said.setdefault(place, (frame.action, content))
        if known != (frame.action, content):
            first, now = _shown(*known), _shown(frame.action, content)
            self.complain(frame.station, frame.at_s, f"id {frame.message_id} was {first}, now {now}")


def _shown(action: str, content: bytes) -> str:
    return f"{action} {content.decode()}"
