"""The duty to put a drifting configuration right, a key at a time."""

from functools import partial

from sqlalchemy import Connection

from contactor.central.care.drift import KeyLook, look_at_keys
from contactor.central.care.duty import Step, Subject
from contactor.central.care.outcomes import change_failed
from contactor.central.commands.command import CommandState, CommandView
from contactor.central.milliseconds import to_ms
from contactor.central.recognition import Catalogue
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import ChangeConfiguration


class RepairDuty:
    """Orders the next change of each station's configuration; what a station refuses is not sent to it again."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def next_step(self, subject: Subject) -> Step | None:
        """Change the next key that drifts, at a station that is accepted."""
        if subject.registration is not RegistrationStatus.ACCEPTED:
            return None
        return next_change(subject, self._catalogue)


def next_change(subject: Subject, catalogue: Catalogue) -> Step | None:
    """The order for the next key that can be put right; None if none can."""
    looks = look_at_keys(subject.connection, subject, catalogue)
    return next((_change(subject, look) for look in looks if look.state.can_be_repaired), None)


def _change(subject: Subject, look: KeyLook) -> Step:
    request = ChangeConfiguration(key=look.wanted.key, value=look.wanted.value)
    failed = partial(_failed, subject, request)
    return Step(
        request=request,
        why=f"template {look.wanted.template}",
        refused=failed,
        ended=partial(_ended, failed),
    )


def _failed(subject: Subject, request: ChangeConfiguration, connection: Connection, reason: str) -> None:
    change_failed(connection, subject.station_id, request, reason, to_ms(subject.now))


def _ended(failed: "partial[None]", connection: Connection, view: CommandView) -> None:
    """An answer is kept with the command itself; a CALLERROR is kept here."""
    if view.state is CommandState.REFUSED:
        failed(connection, view.detail)
