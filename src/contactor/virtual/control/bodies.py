"""What the verbs take: one form for each, with the bounds of every field."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contactor.virtual.network import Cut

Percent = Annotated[float, Field(ge=0, le=100)]
Watts = Annotated[float, Field(ge=0, le=1_000_000)]
OutletField = Annotated[int | None, Field(ge=1, le=99, description="An outlet; null for the station, or the next one.")]


class Form(BaseModel):
    """A body: unknown fields are mistakes, and no number is infinite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class CurvePoint(Form):
    """A point of a charging curve."""

    soc_percent: Percent
    power_percent: Percent = Field(description="Of the vehicle's greatest power; never rises along the curve.")


class Wish(Form):
    """What a driver tells a car; what is not given stays as it is."""

    max_power_w: Watts | None = Field(None, description="Its greatest power; 0 pauses it.", examples=[50_000])
    stop_at_soc_percent: Percent | None = Field(None, description="It stops by itself there.", examples=[80])

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if type(self) is Wish and self.max_power_w is None and self.stop_at_soc_percent is None:
            raise ValueError("give max_power_w, stop_at_soc_percent or both")
        return self


class Arrival(Wish):
    """A car that comes to an outlet."""

    vehicle: Annotated[str | None, Field(max_length=50)] = Field(
        None, description="A car of the garage; one whose plug fits if not given.", examples=["saloon"]
    )
    soc_percent: Percent = Field(20.0, description="How full its battery is.")
    battery_wh: Annotated[float, Field(gt=0, le=1_000_000)] | None = Field(None, description="Its size, if another.")
    curve: list[CurvePoint] | None = Field(
        None, min_length=2, max_length=50, description="Its charging curve, if another; from 0 to 100 %."
    )
    ends_when_done: bool = Field(True, description="False: it stays ready and asks for nothing when it is done.")
    willing_after_s: float = Field(0.0, ge=0, le=86_400, description="Seconds until it first asks for energy.")


class Badge(Form):
    """A badge that is held to the reader."""

    uid: Annotated[str, Field(min_length=1, max_length=100, description="Its text.", examples=["ANNA"])]
    outlet: OutletField = Field(None, description="The outlet to choose on the screen first.")


class Touch(Form):
    """A finger on the screen."""

    outlet: OutletField = Field(None, description="The outlet to show; the next one that has a car if not given.")


class Trouble(Form):
    """A trouble code at a place."""

    dtc: Annotated[str, Field(min_length=1, max_length=50)] = Field(
        description="One of the product's codes, see /stations/{name}/trouble-codes.", examples=["0x100205"]
    )
    outlet: OutletField = Field(None, description="Where; the whole station if not given.")


class NetworkCut(Form):
    """A cut of the network."""

    way: Cut = Field(
        Cut.CLEAN,
        description=(
            "clean: closed, and nobody answers a dial. reset: the same without a goodbye (TCP RST). silent: stays "
            "open, every message vanishes. half-open: nothing "
            "gets through, and neither end is told; found out by the station's pings."
        ),
    )


class Mains(Form):
    """The supply of the cabinet."""

    voltage_v: float = Field(
        400.0,
        gt=0,
        le=1000,
        description="Between phases. Below 400 V the modules give less; below 340 V and above 460 V none run.",
    )
    available_w: Watts | None = Field(None, description="What the site leaves to the cabinet; null for no limit.")


class Speed(Form):
    """How fast the physics run."""

    speed: float = Field(
        gt=0, le=1000, description="Seconds of charging that pass in one; the wire keeps real time.", examples=[60]
    )


class Done(BaseModel):
    """A verb was carried out; what follows from it comes over the feed."""

    station: str
    done: str = Field(description="What was done, for people.", examples=["saloon is plugged in at outlet 1"])
    sequence: int = Field(description="The newest number of the feed before it: what follows is numbered after this.")
