"""The state of a virtual station as the control API tells it: everything a panel draws, typed and explained."""

from datetime import datetime

from pydantic import BaseModel, Field

from contactor.guide.entries import Effect, Part, Scope
from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus
from contactor.rig.outlet_moves import OutletState as OutletAction
from contactor.rig.plug import PlugKind
from contactor.station.connection import Line
from contactor.station.display import Page
from contactor.station.registration import Standing
from contactor.virtual.control.bodies import CurvePoint
from contactor.virtual.control.lights import Light
from contactor.virtual.network import Cut


class Identity(BaseModel):
    """Who the station is."""

    station_id: str | None = Field(description="BoxIdentifier, its name at the central system.")
    vendor: str
    product: str = Field(description="Whose guide it follows.")
    model: str = Field(description="Commercial reference.")
    serial: str
    firmware_version: str | None = Field(description="Null while its software does not run.")


class Supply(BaseModel):
    """What the charger hangs on."""

    is_on: bool = Field(description="False after a power cut: nothing works until it returns.")
    voltage_v: float = Field(description="Between phases; 400 V is nominal.")
    available_w: float | None = Field(description="What the site leaves to the cabinet; null for no limit.")


class PowerModule(BaseModel):
    """One rectifier of the cabinet."""

    number: int
    failed_by: str | None = Field(description="The trouble code that took it out; null if it is healthy.")
    outlet: int | None = Field(description="The outlet it is connected to.")


class Cabinet(BaseModel):
    """The power cabinet."""

    rated_w: float
    modules: list[PowerModule]
    power_w: float = Field(description="What all outlets take together.")
    limit_w: float | None = Field(description="The most the station may take now; null while it does not run.")


class Switch(BaseModel):
    """Something a hand can move, and what is told of it: an emergency stop or a door."""

    place: Part
    dtc: str = Field(description="The trouble code that is active meanwhile.")
    text: str
    is_active: bool = Field(description="Pressed, or open.")


class ActiveTrouble(BaseModel):
    """A trouble code that is active."""

    dtc: str
    text: str | None = Field(description="The guide's words; null for a code it does not have.")
    outlet: int | None = Field(description="Where; null for the station.")
    error_code: ChargePointErrorCode
    effect: Effect | None


class TroubleCode(BaseModel):
    """A row of the guide's table."""

    dtc: str
    text: str
    error_code: str
    part: Part
    scope: Scope
    effect: Effect
    stop_reason: str | None = Field(description="How transactions end by it; null for a warning.")


class Network(BaseModel):
    """The way to the central system."""

    can_be_cut: bool
    failure: Cut | None = Field(description="How it is cut; null if it works.")


class Connection(BaseModel):
    """What the station makes of it."""

    line: Line = Field(description="Down, dialling, or up.")
    url: str | None = Field(description="SupervisionUrl.")
    registration: Standing = Field(description="The answer to BootNotification.")
    is_online: bool = Field(description="Connected and accepted.")
    messages_owed: int = Field(description="Messages of transactions that the central system has not confirmed.")
    frames_sent: int
    frames_received: int


class Vehicle(BaseModel):
    """A car at an outlet."""

    name: str
    plug: PlugKind
    battery_wh: float
    soc_percent: float = Field(description="As the battery has it, even where the car does not tell.")
    wish_w: float = Field(description="What it asks for now.")
    max_power_w: float = Field(description="What its driver lets it take at most.")
    greatest_power_w: float = Field(description="What it can take at most.")
    stop_at_soc_percent: float
    ends_when_done: bool
    tells_soc: bool
    curve: list[CurvePoint]


class GarageVehicle(BaseModel):
    """A kind of car that can be plugged in by name."""

    name: str
    plug: PlugKind
    battery_wh: float
    greatest_power_w: float
    curve: list[CurvePoint]


class Transaction(BaseModel):
    """The transaction that is open on a connector."""

    number: int = Field(description="The station's own number.")
    transaction_id: int | None = Field(description="The central system's; null until it has answered.")
    id_tag: str
    started_at: datetime
    meter_start_wh: int
    energy_wh: int
    elapsed_s: float
    is_held_back: bool = Field(description="Open, and gets no more energy.")


class Reservation(BaseModel):
    """A promise of this connector, or of any."""

    reservation_id: int
    connector_id: int = Field(description="0 for some connector, whichever it will be.")
    id_tag: str
    parent_id_tag: str | None
    expires_at: datetime


class InstalledProfile(BaseModel):
    """A charging profile in its place."""

    profile_id: int
    connector_id: int
    purpose: str
    kind: str
    stack_level: int
    transaction_number: int | None = Field(description="The transaction it goes with.")
    limits_w: list[tuple[int, float]] = Field(description="Start second and limit of each period.")


class ConnectorPage(BaseModel):
    """A connector's part of the screen."""

    page: Page
    headline: str
    advice: str
    power_kw: float | None
    energy_kwh: float | None
    soc_percent: int | None
    elapsed_s: float | None
    cost: str | None = Field(description="Amount and currency, as far as the central system told.")
    can_stop: bool = Field(description="Whether a stop button is shown.")


class Connector(BaseModel):
    """OCPP's view of an outlet; there is one only while the station's software runs."""

    status: ChargePointStatus
    status_since: datetime
    error_code: ChargePointErrorCode
    vendor_error_code: str | None
    is_operative: bool = Field(description="In service as far as the central system is concerned.")
    transaction: Transaction | None
    reserved_until: datetime | None
    limit_w: float = Field(description="The most it may have now: installation, hardware and profiles together.")
    screen: ConnectorPage


class Outlet(BaseModel):
    """A cable with its plug, contactor and meter, the car on it, and what the software makes of it."""

    number: int
    plug: PlugKind
    is_plugged: bool = Field(description="False: the plug is in its holster.")
    is_latched: bool = Field(description="Whether the plug is held in the car.")
    is_contactor_closed: bool
    action: OutletAction = Field(description="What the hardware is doing.")
    voltage_v: float
    current_a: float
    power_w: float
    offered_w: float = Field(description="What a car may take now.")
    register_wh: int = Field(description="The meter.")
    modules: int = Field(description="Power modules connected.")
    light: Light = Field(description="The colour of its light bar.")
    vehicle: Vehicle | None
    connector: Connector | None = Field(description="Null while the software does not run.")


class Screen(BaseModel):
    """The charger's touch screen; a dark one is null in the state."""

    headline: str
    advice: str
    shown: int | None = Field(description="The outlet in front, whose driver a badge belongs to; null: welcome.")
    can_touch: list[int] = Field(description="The outlets that a touch may bring to the front.")
    is_online: bool
    is_free: bool = Field(description="Whether no badge is needed.")
    is_restarting: bool
    is_updating: bool
    trouble: str | None = Field(description="What is said of the whole station.")


class ConfigurationValue(BaseModel):
    """A configuration key as it is told."""

    value: str | None = Field(description="Null where it was never set, or may not be read.")
    is_read_only: bool
    needs_reboot: bool
    meaning: str


class StationState(BaseModel):
    """Everything there is to see of a virtual station.

    `outlets` and `configuration` are objects by number and key, so that a change names only what changed.
    """

    name: str
    is_running: bool = Field(description="Whether the station's software runs.")
    identity: Identity
    supply: Supply
    speed: float = Field(description="Seconds of charging that pass in one.")
    cabinet: Cabinet
    emergency_stops: list[Switch]
    doors: list[Switch]
    faults: list[ActiveTrouble]
    network: Network
    connection: Connection | None
    screen: Screen | None
    outlets: dict[int, Outlet]
    reservations: list[Reservation]
    profiles: list[InstalledProfile]
    configuration: dict[str, ConfigurationValue]


class Summary(BaseModel):
    """A station in a list."""

    name: str
    station_id: str | None
    model: str
    is_running: bool
    is_online: bool
    outlets: dict[int, ChargePointStatus | None] = Field(description="Status by outlet; null without software.")
