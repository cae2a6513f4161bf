"""The duty to lead Pending stations through their on-boarding (BOOT-08, BOOT-10, CS-22)."""

from functools import partial

from sqlalchemy import Connection

from contactor.central.care.drift import KeyLook, KeyState, look_at_keys
from contactor.central.care.duty import NAME, Step, Subject
from contactor.central.care.onboarding import (
    OnboardingState,
    Stage,
    accept_station,
    begin_onboarding,
    end_onboarding,
    find_onboarding,
    go_on_with,
)
from contactor.central.care.reading_duty import ReadingDuty
from contactor.central.care.repair_duty import next_change
from contactor.central.commands.command import CommandState, CommandView
from contactor.central.recognition import Catalogue
from contactor.ocpp.enumerations import (
    ConfigurationStatus,
    MessageTrigger,
    RegistrationStatus,
    ResetType,
)
from contactor.ocpp.messages import Reset, TriggerMessage

WHY = "on-boarding"
_TAKEN = (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED)
_STUCK = (KeyState.REFUSED, KeyState.READ_ONLY)


class OnboardingDuty:
    """Orders the next step of each on-boarding; `begins_by_itself` starts one for every Pending station without."""

    def __init__(self, catalogue: Catalogue, reading: ReadingDuty | None, *, begins_by_itself: bool) -> None:
        self._catalogue = catalogue
        self._reading = reading
        self._begins_by_itself = begins_by_itself

    def next_step(self, subject: Subject) -> Step | None:
        """Go on at the stage that the on-boarding is at."""
        if subject.registration is not RegistrationStatus.PENDING:
            return None
        row = find_onboarding(subject.connection, subject.station_id)
        if row is None:
            begin = partial(begin_onboarding, station_id=subject.station_id, rotates_key=False, by=NAME, at=subject.now)
            return Step(note=begin) if self._begins_by_itself else None
        if row.state != OnboardingState.RUNNING:
            return None
        if row.stage == Stage.KEY:
            return _rotation(subject)
        return self._configuration(subject) if row.stage == Stage.CONFIGURATION else None

    def _configuration(self, subject: Subject) -> Step:
        change = self._reading.read(subject) if self._reading is not None else None
        change = change or next_change(subject, self._catalogue)
        if change is not None:
            return change
        looks = look_at_keys(subject.connection, subject, self._catalogue)
        stuck = [look for look in looks if look.state in _STUCK]
        return _failure(subject, stuck) if stuck else _acceptance(subject, looks)


def _rotation(subject: Subject) -> Step:
    return Step(
        rotates_key=True,
        why=WHY,
        refused=partial(_fail, subject),
        ended=partial(_rotated, subject),
    )


def _rotated(subject: Subject, connection: Connection, view: CommandView) -> None:
    """Both keys are accepted while the outcome is not known; then it is tried again (SEC-08)."""
    if view.state is CommandState.ANSWERED and view.status in _TAKEN:
        go_on_with(connection, subject.station_id, Stage.CONFIGURATION, subject.now)
    elif view.state in (CommandState.ANSWERED, CommandState.REFUSED):
        _fail(subject, connection, f"the station did not take its key: {view.status or view.detail}")


def _failure(subject: Subject, stuck: list[KeyLook]) -> Step:
    told = ", ".join(f"{look.wanted.key} ({look.outcome or look.state})" for look in stuck)
    return Step(note=lambda connection: _fail(subject, connection, f"the station did not take {told}"))


def _acceptance(subject: Subject, looks: list[KeyLook]) -> Step:
    """Accept it, and have it boot: at once if it must anyway, else by asking; it would come by itself too (BOOT-05)."""
    needs_boot = any(look.state is KeyState.AWAITING_BOOT for look in looks)
    request = (
        Reset(type=ResetType.SOFT) if needs_boot else TriggerMessage(requested_message=MessageTrigger.BOOT_NOTIFICATION)
    )
    return Step(
        note=lambda connection: accept_station(connection, subject.station_id, subject.now),
        is_accepted=True,
        request=request,
        why=WHY,
    )


def _fail(subject: Subject, connection: Connection, reason: str) -> None:
    end_onboarding(connection, subject.station_id, OnboardingState.FAILED, reason, subject.now)
