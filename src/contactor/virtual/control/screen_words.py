"""What the charger's screen says in words: a headline and an advice for each page a connector can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from contactor.station.display import ConnectorView, Page, View


@dataclass(frozen=True, slots=True)
class Words:
    """A page in words."""

    headline: str
    advice: str


_WORDS: Mapping[Page, Words] = {
    Page.AVAILABLE: Words("Ready", "Plug in your car."),
    Page.WAITING_FOR_CAR: Words("Badge accepted", "Plug in your car."),
    Page.IDENTIFY: Words("Plugged in", "Hold your badge to the reader."),
    Page.AUTHORISING: Words("One moment", "Your badge is being checked."),
    Page.STARTING: Words("Starting", "Charger and car get ready."),
    Page.CHARGING: Words("Charging", "Hold your badge to the reader, or touch stop, to end."),
    Page.SUSPENDED_BY_VEHICLE: Words("Paused by the car", "It asks for no energy at the moment."),
    Page.SUSPENDED_BY_STATION: Words("Paused by the charger", "Charging goes on when there is power for it."),
    Page.FINISHING: Words("Finished", "Unplug your car."),
    Page.RESERVED: Words("Reserved", "This side is kept for somebody."),
    Page.UNAVAILABLE: Words("Out of service", "Please use another charger."),
    Page.FAULT: Words("Out of order", "Please use another charger."),
}

WELCOME = Words("Welcome", "Plug in your car to begin.")
FREE_ADVICE = "No badge is needed."
RESTARTING = Words("Restarting", "One moment.")
UPDATING = Words("Updating", "New software is being installed.")


def headline_of(view: View) -> Words:
    """What stands over the whole screen."""
    if view.is_restarting:
        return RESTARTING
    if view.is_updating:
        return UPDATING
    if view.is_welcome:
        return WELCOME
    return next(words_of(each, is_free=view.is_free) for each in view.connectors if each.connector_id == view.shown)


def words_of(connector: ConnectorView, *, is_free: bool) -> Words:
    """What a connector's part of the screen says."""
    words = _WORDS[connector.page]
    if connector.page is Page.FAULT and connector.fault is not None:
        return Words(words.headline, f"{connector.fault.text or 'Trouble'} ({connector.fault.dtc}).")
    if connector.page is Page.IDENTIFY and is_free:
        return Words(words.headline, FREE_ADVICE)
    return words
