"""The guide's 42 trouble codes as a reader of the guide would write them down, apart from the data that is tested."""

from dataclasses import dataclass

from contactor.base.ids import OutletNumber

ONE = OutletNumber(1)

# Where a code is reported: connector 0 alone, the connector concerned, or connector 0 and both others.
ZERO, CONCERNED, ALL = (0,), (1,), (0, 1, 2)


@dataclass(frozen=True)
class Row:
    """A line of the guide's table; `reason` ends the transactions in scope, None marks a warning."""

    dtc: str
    text: str
    error_code: str
    scope: tuple[int, ...]
    reason: str | None

    @property
    def outlet(self) -> OutletNumber | None:
        return ONE if self.scope == CONCERNED else None


ROWS = [
    Row("0x100005", "Card reader communication failure alarm", "ReaderFailure", ZERO, None),
    Row("0x100007", "Insulation warning", "OtherError", CONCERNED, None),
    Row("0x100009", "Abnormal SD card of terminal warning", "InternalError", ZERO, None),
    Row("0x10000C", "SECC socket connection fault alarm", "OtherError", CONCERNED, None),
    Row("0x10000F", "Environment detection board offline alarm", "OtherError", ZERO, None),
    Row("0x100101", "Terminal over-temperature alarm", "HighTemperature", ZERO, None),
    Row("0x100102", "Cable connector over-temperature alarm", "InternalError", CONCERNED, None),
    Row("0x100202", "Terminal emergency stop is pressed", "InternalError", ALL, "EmergencyStop"),
    Row("0x100205", "Vehicle connector lock control error", "ConnectorLockFailure", CONCERNED, "Other"),
    Row("0x100206", "Ground error", "GroundFailure", CONCERNED, "Other"),
    Row("0x100207", "Insulation board error", "InternalError", CONCERNED, "Other"),
    Row("0x100208", "Output relay control error", "InternalError", CONCERNED, "Other"),
    Row("0x10020A", "Insulation error", "OtherError", CONCERNED, "Other"),
    Row("0x10020B", "Power cabinet water level error", "OtherError", ALL, "Other"),
    Row("0x10020C", "Terminal door open", "OtherError", ALL, "Other"),
    Row("0x10020D", "High humidity error", "OtherError", ALL, "Other"),
    Row("0x10020E", "Tilt sensor triggered", "OtherError", ALL, "Other"),
    Row("0x10020F", "Meter failure error", "PowerMeterFailure", CONCERNED, "Other"),
    Row("0x100210", "Communication error with subboard", "InternalError", ALL, "Other"),
    Row("0x100211", "Power loss error", "InternalError", ALL, "PowerLoss"),
    Row("0x100212", "Communication error with power cabinet", "InternalError", ALL, "Other"),
    Row("0x100213", "Over-current error", "OverCurrentFailure", CONCERNED, "Other"),
    Row("0x100214", "Output over-voltage error", "InternalError", CONCERNED, "Other"),
    Row("0x100216", "PLC board offline error", "InternalError", CONCERNED, "Other"),
    Row("0x200001", "Power module communication fault alarm", "InternalError", ZERO, None),
    Row("0x200002", "Power module fault alarm", "InternalError", ZERO, None),
    Row("0x200003", "PDU relay control fault alarm", "InternalError", ZERO, None),
    Row("0x200004", "PDU communication fault alarm", "InternalError", ZERO, None),
    Row("0x200008", "Surge protection alarm", "OtherError", ZERO, None),
    Row("0x200101", "Power module over-temperature alarm", "InternalError", ZERO, None),
    Row("0x200102", "PDU over-temperature alarm", "InternalError", ZERO, None),
    Row("0x200103", "Power control fan communication alarm", "InternalError", ZERO, None),
    Row("0x200104", "Power control fan failure alarm", "InternalError", ZERO, None),
    Row("0x200202", "Power cabinet emergency stop is pressed", "InternalError", ALL, "EmergencyStop"),
    Row("0x200203", "Power cabinet water level error", "OtherError", ALL, "Other"),
    Row("0x200204", "Power cabinet door open", "OtherError", ALL, "Other"),
    Row("0x200206", "Input over-voltage error", "OverVoltage", ALL, "Other"),
    Row("0x200207", "Input relay control error", "PowerSwitchFailure", ALL, "Other"),
    Row("0x200208", "Input under-voltage error", "UnderVoltage", ALL, "Other"),
    Row("0x200209", "Circuit breaker tripped", "OtherError", ALL, "PowerLoss"),
    Row("0x20020B", "Tilt sensor alarm", "OtherError", ALL, "Other"),
    Row("0x20020C", "Fusing error", "OtherError", ALL, "Other"),
]
TAMPERING = {"0x10020C", "0x10020E", "0x200204", "0x20020B"}
