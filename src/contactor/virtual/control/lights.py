"""The light bar beside each cable: which colour tells a passer-by what, from the connector's status."""

from collections.abc import Mapping
from enum import StrEnum

from contactor.ocpp.enumerations import ChargePointStatus as Status


class Light(StrEnum):
    """What the light bar of an outlet shows. The guide is silent on it; these are the colours drivers know."""

    OFF = "off"
    GREEN = "green"
    GREEN_BLINKING = "green blinking"
    BLUE = "blue"
    BLUE_PULSING = "blue pulsing"
    VIOLET = "violet"
    YELLOW = "yellow"
    RED = "red"


LIGHTS: Mapping[Status, Light] = {
    Status.AVAILABLE: Light.GREEN,
    Status.PREPARING: Light.GREEN_BLINKING,
    Status.CHARGING: Light.BLUE_PULSING,
    Status.SUSPENDED_EV: Light.BLUE,
    Status.SUSPENDED_EVSE: Light.BLUE,
    Status.FINISHING: Light.GREEN_BLINKING,
    Status.RESERVED: Light.VIOLET,
    Status.UNAVAILABLE: Light.YELLOW,
    Status.FAULTED: Light.RED,
}
"""Off is what is left: a station without power, or whose software does not run."""
