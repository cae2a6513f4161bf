"""What the scripted central system answers: what a friendly one would, but for what the scenario says."""

from collections.abc import Mapping

from contactor.base.instants import to_text
from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.station.events import Moment
from contactor.virtual.scenario.scenario import Script

SILENCE = "silence"
ERROR = "error"
FIRST_TRANSACTION_ID = 1001

Fields = dict[str, object]


def unusable(action: str, answer: object) -> str | None:
    """Why something cannot be an answer to an action; None if it can."""
    known = [name for name, row in ACTIONS.items() if Side.STATION in row.senders]
    if action not in known:
        return f"no station sends {action}; they send {', '.join(known)}"
    if isinstance(answer, str) and answer not in (SILENCE, ERROR):
        return f'give fields, "{SILENCE}" or "{ERROR}"'
    return None


class Answers:
    """Answers by action; transactions are numbered from 1001, one that is told twice keeps its number."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._otherwise: dict[str, Mapping[str, object] | str] = dict(script.answers)
        self._numbers: dict[str, int] = {}

    def change(self, answers: Mapping[str, Mapping[str, object] | str]) -> None:
        """Answer otherwise from now on; an empty table is the usual answer again."""
        self._otherwise.update(answers)

    def answer(self, action: str, fields: Mapping[str, object], now: Moment) -> Fields | str:
        """The fields of an answer, or a word: silence, error."""
        otherwise = self._otherwise.get(action, {})
        if isinstance(otherwise, str):
            return otherwise
        return {**self._usual(action, fields, now), **otherwise}

    def _usual(self, action: str, fields: Mapping[str, object], now: Moment) -> Fields:
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": to_text(now.instant), "interval": self._script.interval_s}
            case "Heartbeat":
                return {"currentTime": to_text(now.instant)}
            case "Authorize":
                return {"idTagInfo": self._tag(str(fields.get("idTag")))}
            case "StartTransaction":
                number = self._number(f"{fields.get('connectorId')} {fields.get('timestamp')}")
                return {"transactionId": number, "idTagInfo": self._tag(str(fields.get("idTag")))}
            case "DataTransfer":
                return {"status": "UnknownVendorId"}
            case _:
                return {}

    def _tag(self, tag: str) -> Fields:
        usual = AuthorizationStatus.INVALID if self._script.tags else AuthorizationStatus.ACCEPTED
        info: Fields = {"status": self._script.tags.get(tag, usual)}
        if tag in self._script.parents:
            info["parentIdTag"] = self._script.parents[tag]
        return info

    def _number(self, start: str) -> int:
        return self._numbers.setdefault(start, FIRST_TRANSACTION_ID + len(self._numbers))
