"""The deeds a scenario knows, as they stand in its file: the verbs of the control API, and what a central system does.

Each has a form; where one field says it all, its value may stand alone: `badge = "ANNA"`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contactor.guide.entries import Part
from contactor.ocpp.actions import ACTIONS
from contactor.virtual.control.bodies import Arrival, Badge, Form, Mains, Speed, Touch, Trouble, Wish
from contactor.virtual.network import Cut
from contactor.virtual.scenario.answers import unusable

WAIT_S_MAX = 31 * 86_400.0
ANSWER_WITHIN_S = 30.0

OutletNo = Annotated[int, Field(ge=1, le=99)]
Payload = dict[str, object]


class PowerMove(StrEnum):
    """What happens to the supply."""

    CUT = "cut"
    RETURN = "return"


class NetworkMove(StrEnum):
    """How the network is cut, or that it is not any more."""

    CLEAN = Cut.CLEAN
    RESET = Cut.RESET
    SILENT = Cut.SILENT
    HALF_OPEN = Cut.HALF_OPEN
    RESTORE = "restore"


class CentralMove(StrEnum):
    """What happens to the scripted central system's end of the wire."""

    HANG_UP = "hang up"
    """It closes the connection; the station may dial again at once."""
    GO_AWAY = "go away"
    """It breaks the connection, and nobody answers until it comes back."""
    COME_BACK = "come back"


class Plug(Arrival):
    """A car comes and plugs in."""

    outlet: OutletNo


class Unplug(Form):
    """The car is unplugged."""

    outlet: OutletNo


class Stop(Form):
    """The stop button on the screen is pressed."""

    outlet: OutletNo


class Repair(Trouble):
    """What a trouble code stands for is repaired."""


class CarWish(Wish):
    """A driver tells the car something."""

    outlet: OutletNo


class EmergencyStop(Form):
    """An emergency stop is pressed or released."""

    place: Part
    is_pressed: bool = True


class Door(Form):
    """A door is opened or closed."""

    place: Part
    is_open: bool = True


class PowerChange(Form):
    """The power is cut or comes back."""

    power: PowerMove


class Restart(Form):
    """The station's software starts again."""

    now: Annotated[bool, Field(strict=True)] = True


class NetworkChange(Form):
    """The network is cut or restored."""

    way: NetworkMove


class Wait(Form):
    """Time passes."""

    seconds: float = Field(ge=0, le=WAIT_S_MAX)


class Order(Form):
    """The central system asks something of the station; `answer` is what it has to be told."""

    action: Annotated[str, Field(pattern=f"^({'|'.join(sorted(ACTIONS))})$")]
    payload: Payload = Field(default_factory=dict)
    answer: Payload | None = None
    within_s: float = Field(ANSWER_WITHIN_S, gt=0, le=WAIT_S_MAX)


class CentralChange(Form):
    """The central system goes or comes."""

    move: CentralMove


class Answers(Form):
    """The central system answers otherwise from now on, by action."""

    by_action: dict[str, Payload | str]

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        for action, answer in self.by_action.items():
            flaw = unusable(action, answer)
            if flaw is not None:
                raise ValueError(flaw)
        return self


@dataclass(frozen=True, slots=True)
class Verb:
    """How a deed stands in a file: its form, and the field that may stand alone, or always does."""

    form: type[Form]
    short: str | None = None
    is_always_short: bool = False


VERBS: Mapping[str, Verb] = {
    "plug": Verb(Plug, "outlet"),
    "unplug": Verb(Unplug, "outlet"),
    "car": Verb(CarWish),
    "badge": Verb(Badge, "uid"),
    "touch": Verb(Touch, "outlet"),
    "stop": Verb(Stop, "outlet"),
    "emergency_stop": Verb(EmergencyStop, "place"),
    "door": Verb(Door, "place"),
    "raise_fault": Verb(Trouble, "dtc"),
    "clear_fault": Verb(Repair, "dtc"),
    "power": Verb(PowerChange, "power"),
    "restart": Verb(Restart, "now"),
    "supply": Verb(Mains),
    "speed": Verb(Speed, "speed"),
    "network": Verb(NetworkChange, "way"),
    "wait": Verb(Wait, "seconds"),
    "order": Verb(Order, "action"),
    "central": Verb(CentralChange, "move"),
    "answers": Verb(Answers, "by_action", is_always_short=True),
}

SCRIPTED = (Order, CentralChange, Answers)
"""What only a scripted central system does; a real one has its own mind."""
