"""Reads a virtual station's whole state, hardware and software, into the shapes the control API tells it in."""

import math

from contactor.base.ids import OutletNumber
from contactor.guide import entries
from contactor.hardware.port import Reading
from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus
from contactor.rig.outlet_moves import CLOSED, LATCHED
from contactor.rig.vehicle import Vehicle
from contactor.rig.vehicle_model import VehicleModel
from contactor.station.keys import Key
from contactor.virtual.control import shapes
from contactor.virtual.control.bodies import CurvePoint
from contactor.virtual.control.connector_view import connectors, lights, profiles, promises, screen
from contactor.virtual.control.lights import Light
from contactor.virtual.virtual_station import VirtualStation


def state_of(virtual: VirtualStation) -> shapes.StationState:
    """Everything there is to see, at the moment the station was last brought to."""
    readings = {outlet: virtual.rig.read(outlet) for outlet in virtual.rig.outlets}
    views = connectors(virtual)
    colours = lights(virtual)
    return shapes.StationState(
        name=virtual.name,
        is_running=virtual.runner.is_on,
        identity=_identity(virtual),
        supply=_supply(virtual),
        speed=virtual.runner.hardware_time.speed,
        cabinet=_cabinet(virtual, sum(reading.power_w for reading in readings.values())),
        emergency_stops=switches(virtual, entries.Switch.EMERGENCY_STOP),
        doors=switches(virtual, entries.Switch.DOOR),
        faults=[_fault(virtual, dtc, outlet) for dtc, outlet in virtual.rig.faults()],
        network=shapes.Network(
            can_be_cut=virtual.network is not None,
            failure=None if virtual.network is None else virtual.network.failure,
        ),
        connection=_connection(virtual),
        screen=screen(virtual),
        outlets={
            outlet: _outlet(virtual, outlet, reading, views.get(outlet), colours[outlet])
            for outlet, reading in readings.items()
        },
        reservations=promises(virtual),
        profiles=profiles(virtual),
        configuration=_configuration(virtual),
    )


def summary_of(virtual: VirtualStation) -> shapes.Summary:
    """A station in a line."""
    return shapes.Summary(
        name=virtual.name,
        station_id=_identity(virtual).station_id,
        model=virtual.model.reference,
        is_running=virtual.runner.is_on,
        is_online=virtual.runner.is_on and virtual.station.is_online,
        outlets={outlet: statuses_of(virtual)[outlet] for outlet in virtual.rig.outlets},
    )


def statuses_of(virtual: VirtualStation) -> dict[int, ChargePointStatus | None]:
    """The status of each connector; None where no software says one."""
    if not virtual.runner.is_on:
        return dict.fromkeys(virtual.rig.outlets)
    return {int(number): connector.status for number, connector in virtual.station.connectors.items()}


def switches(virtual: VirtualStation, kind: entries.Switch) -> list[shapes.Switch]:
    """The emergency stops, or the doors, as the product has them."""
    active = {dtc for dtc, _outlet in virtual.rig.faults()}
    return [
        shapes.Switch(place=row.part, dtc=row.dtc, text=row.description, is_active=row.dtc in active)
        for row in virtual.product.vendor_errors.values()
        if row.switch is kind
    ]


def curve_of(model: VehicleModel) -> list[CurvePoint]:
    """A charging curve in percent."""
    return [CurvePoint(soc_percent=soc * 100, power_percent=share * 100) for soc, share in model.curve]


def _identity(virtual: VirtualStation) -> shapes.Identity:
    is_on = virtual.runner.is_on
    return shapes.Identity(
        station_id=virtual.station.configuration.text(Key.BOX_IDENTIFIER)
        if is_on
        else virtual.settings.initial.get(Key.BOX_IDENTIFIER),
        vendor=virtual.product.vendor,
        product=virtual.product.name,
        model=virtual.model.reference,
        serial=virtual.settings.serial,
        firmware_version=virtual.station.firmware_version if is_on else None,
    )


def _supply(virtual: VirtualStation) -> shapes.Supply:
    supply = virtual.rig.cabinet.supply
    return shapes.Supply(
        is_on=virtual.rig.is_powered,
        voltage_v=supply.voltage_v,
        available_w=None if math.isinf(supply.available_w) else supply.available_w,
    )


def _cabinet(virtual: VirtualStation, power_w: float) -> shapes.Cabinet:
    failed = dict(virtual.rig.cabinet.failed)
    return shapes.Cabinet(
        rated_w=virtual.model.power_w,
        modules=[
            shapes.PowerModule(number=number, failed_by=failed.get(number), outlet=outlet)
            for number, outlet in virtual.rig.cabinet.holders
        ],
        power_w=round(power_w, 1),
        limit_w=virtual.station.smart_charging.station_limit_w if virtual.runner.is_on else None,
    )


def _fault(virtual: VirtualStation, dtc: str, outlet: OutletNumber | None) -> shapes.ActiveTrouble:
    row = virtual.product.vendor_errors.get(dtc)
    return shapes.ActiveTrouble(
        dtc=dtc,
        text=None if row is None else row.description,
        outlet=outlet,
        error_code=ChargePointErrorCode.OTHER_ERROR if row is None else ChargePointErrorCode(row.error_code),
        effect=None if row is None else row.effect,
    )


def _connection(virtual: VirtualStation) -> shapes.Connection | None:
    if not virtual.runner.is_on:
        return None
    station = virtual.station
    return shapes.Connection(
        line=station.connection.line,
        url=station.configuration.text(Key.SUPERVISION_URL),
        registration=station.registration.standing,
        is_online=station.is_online,
        messages_owed=station.messages_owed,
        frames_sent=virtual.runner.frames_sent,
        frames_received=virtual.runner.frames_received,
    )


def _outlet(
    virtual: VirtualStation,
    outlet: OutletNumber,
    reading: Reading,
    connector: shapes.Connector | None,
    light: Light,
) -> shapes.Outlet:
    rig = virtual.rig
    action = rig.state(outlet)
    vehicle = rig.vehicle(outlet)
    return shapes.Outlet(
        number=outlet,
        plug=rig.plug_kind(outlet),
        is_plugged=vehicle is not None,
        is_latched=action in LATCHED,
        is_contactor_closed=action in CLOSED,
        action=action,
        voltage_v=round(reading.voltage_v, 1),
        current_a=round(reading.current_a, 1),
        power_w=round(reading.power_w, 1),
        offered_w=round(reading.offered_w, 1),
        register_wh=reading.register_wh,
        modules=rig.modules_granted(outlet),
        light=light,
        vehicle=None if vehicle is None else _vehicle(vehicle, rig.demand_w(outlet)),
        connector=connector,
    )


def _vehicle(vehicle: Vehicle, wish_w: float) -> shapes.Vehicle:
    model = vehicle.model
    return shapes.Vehicle(
        name=model.name,
        plug=model.plug,
        battery_wh=model.battery_wh,
        soc_percent=round(vehicle.soc * 100, 2),
        wish_w=round(wish_w, 1),
        max_power_w=vehicle.power_limit_w,
        greatest_power_w=model.power_max_w,
        stop_at_soc_percent=round(vehicle.stops_at_soc * 100, 2),
        ends_when_done=vehicle.ends_when_done,
        tells_soc=model.tells_soc,
        curve=curve_of(model),
    )


def _configuration(virtual: VirtualStation) -> dict[str, shapes.ConfigurationValue]:
    """Every key as GetConfiguration tells it, which hides what may only be written."""
    if not virtual.runner.is_on:
        return {}
    known, _unknown = virtual.station.configuration.report(None)
    values = {each.key: each.value for each in known}
    return {
        name: shapes.ConfigurationValue(
            value=value if isinstance(value := values.get(name), str) else None,
            is_read_only=not key.writable,
            needs_reboot=key.reboot_needed,
            meaning=key.meaning,
        )
        for name, key in virtual.product.configuration.items()
    }
