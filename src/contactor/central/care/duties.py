"""What the caretaker does for each station, in this order, as far as the settings want it."""

from collections.abc import Sequence

from contactor.central.care.certificate_duty import CertificateDuty
from contactor.central.care.duty import Duty
from contactor.central.care.list_duty import ListDuty
from contactor.central.care.list_rules import WantedLists
from contactor.central.care.onboarding_duty import OnboardingDuty
from contactor.central.care.reading_duty import ReadingDuty
from contactor.central.care.repair_duty import RepairDuty
from contactor.central.recognition import Catalogue
from contactor.central.settings import CentralSettings


def duties_of(settings: CentralSettings, catalogue: Catalogue) -> Sequence[Duty]:
    """The duties; what a station offers is read first, because the others look at it."""
    reading = ReadingDuty() if settings.read_configuration else None
    onboarding = OnboardingDuty(catalogue, reading, begins_by_itself=settings.onboard_pending_stations)
    duties: tuple[Duty | None, ...] = (
        onboarding,
        reading,
        RepairDuty(catalogue) if settings.repair_configuration else None,
        CertificateDuty(),
        ListDuty(WantedLists(catalogue)),
    )
    return [duty for duty in duties if duty is not None]
