"""What a scenario can expect, as it stands in its file: of frames, and of everything there is to see of the station.

Expectations of frames look at the frames since the last deed, each frame being good for one expectation. In the
fields of a frame `"*"` stands for any value and `"-"` for a field that is not there; fields that are not named are
free.
"""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus
from contactor.station.display import Page
from contactor.station.trace import Direction
from contactor.virtual.control.bodies import Form
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.scenario.deeds import WAIT_S_MAX, OutletNo, Payload, Verb

WITHIN_S = 60.0

Within = Annotated[float, Field(ge=0, le=WAIT_S_MAX, description="How long it may take to come true.")]
ConnectorNo = Annotated[int, Field(ge=0, le=99)]


class FramePattern(Form):
    """A kind of frame."""

    action: Annotated[str, Field(min_length=1, max_length=64)]
    direction: Direction = Direction.SENT
    kind: FrameKind = FrameKind.CALL
    fields: Payload = Field(default_factory=dict)


class FrameComes(FramePattern):
    """Such a frame passes."""

    within_s: Within = WITHIN_S


class FramesCome(Form):
    """Such frames pass one after the other; others may pass in between."""

    frames: Annotated[list[FramePattern], Field(min_length=1, max_length=100)]
    within_s: Within = WITHIN_S


class NoFrameComes(FramePattern):
    """No such frame passes, neither since the last deed nor for a while from now."""

    for_s: Within


class StatusIs(Form):
    """A connector has a status; 0 is the station."""

    connector: ConnectorNo
    status: ChargePointStatus
    error_code: ChargePointErrorCode | None = None
    vendor_error_code: str | None = None
    within_s: Within = WITHIN_S


class ScreenShows(Form):
    """The screen is like this: an outlet's part of it, or the whole where no outlet is named."""

    outlet: OutletNo | None = None
    page: Page | None = None
    headline: str | None = None
    cost: str | None = Field(None, description="Amount and currency, as an outlet's part of the screen shows them.")
    shown: OutletNo | None = Field(None, description="The outlet in front.")
    is_online: bool | None = None
    within_s: Within = WITHIN_S

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.outlet is None and (self.page is not None or self.cost is not None):
            raise ValueError("page and cost are an outlet's: give outlet too")
        if self.outlet is not None and (self.shown is not None or self.is_online is not None):
            raise ValueError("shown and is_online are the whole screen's: leave outlet away")
        return self


class MeterSays(Form):
    """An outlet's meter and power are within bounds."""

    outlet: OutletNo
    at_least_wh: float | None = None
    at_most_wh: float | None = None
    power_at_least_w: float | None = None
    power_at_most_w: float | None = None
    soc_at_least_percent: float | None = None
    within_s: Within = WITHIN_S


class TransactionIs(Form):
    """A connector has an open transaction, or none."""

    connector: OutletNo
    is_open: bool = True
    id_tag: str | None = None
    transaction_id: int | None = None
    within_s: Within = WITHIN_S


class OutboxOwes(Form):
    """So many messages about transactions are not confirmed yet."""

    messages: int = Field(0, ge=0)
    within_s: Within = WITHIN_S


class OnlineIs(Form):
    """The station is connected and accepted, or not."""

    is_online: Annotated[bool, Field(strict=True)] = True
    within_s: Within = WITHIN_S


EXPECTATIONS: Mapping[str, Verb] = {
    "frame": Verb(FrameComes, "action"),
    "frames": Verb(FramesCome, "frames"),
    "no_frame": Verb(NoFrameComes),
    "status": Verb(StatusIs),
    "screen": Verb(ScreenShows, "headline"),
    "meter": Verb(MeterSays),
    "transaction": Verb(TransactionIs),
    "outbox": Verb(OutboxOwes, "messages"),
    "online": Verb(OnlineIs, "is_online"),
}
