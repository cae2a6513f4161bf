"""A scripted station with a local list, as OCPP wants it; and ways to make it odd."""

from collections.abc import Callable

from contactor.central.care.duty import Subject
from contactor.central.care.list_duty import ListLook, look_at_list
from contactor.central.care.list_rules import ListRule, WantedLists, put_rule
from contactor.central.recognition import NOTHING_KNOWN
from contactor.central.tag_register import put_tags
from contactor.central.tags import Tag
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.bench import STATION, Json
from tests.central.commands.scripted_station import Answer, Bench, until_next

Odd = Callable[[str, Json], Answer | bool]


class ListStation:
    """Answers as its list demands; `odd` may answer in its place, False lets it."""

    def __init__(self, odd: Odd = lambda _action, _payload: False) -> None:
        self.version = 0
        self.entries: dict[str, object] = {}
        self.sent: list[tuple[str, int, int]] = []
        self.odd = odd
        self.asked = 0

    def answer(self, action: str, payload: Json) -> Answer:
        if action == "SendLocalList":
            entries = payload.get("localAuthorizationList", [])
            assert isinstance(entries, list)
            self.sent.append((str(payload["updateType"]), int(str(payload["listVersion"])), len(entries)))
        self.asked += action == "GetLocalListVersion"
        answer = self.odd(action, payload)
        if not isinstance(answer, bool):
            return answer
        if action == "GetLocalListVersion":
            return {"listVersion": self.version if self.entries else 0}
        return self._update(payload) if action == "SendLocalList" else {"status": "Accepted"}

    def _update(self, payload: Json) -> Json:
        version, entries = int(str(payload["listVersion"])), payload.get("localAuthorizationList", [])
        assert isinstance(entries, list)
        if payload["updateType"] == "Full":
            self.entries = {}
        elif version <= self.version:
            return {"status": "VersionMismatch"}
        for entry in entries:
            if "idTagInfo" in entry:
                self.entries[entry["idTag"]] = entry["idTagInfo"]
            else:
                self.entries.pop(entry["idTag"], None)
        self.version = version
        return {"status": "Accepted"}


async def write(bench: Bench, *tags: Tag, rule: ListRule | None = None) -> None:
    """Register tags and set a rule, as the API does, and let the caretaker notice."""
    done: list[object] = []

    def work(connection: object) -> None:
        put_tags(connection, tags)  # type: ignore[arg-type]  # the writer's connection
        if rule is not None:
            put_rule(connection, rule)  # type: ignore[arg-type]  # the same

    bench.central.writer.write(work, done.append)
    await until_next(5)
    assert done == [None]


def look(bench: Bench) -> ListLook:
    """How the record sees the list."""
    with bench.central.engine.connect() as connection:
        now = bench.central.clock.now()
        subject = Subject(connection, STATION, RegistrationStatus.ACCEPTED, now)
        return look_at_list(WantedLists(NOTHING_KNOWN), subject)
