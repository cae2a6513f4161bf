"""How an outlet is written down for a snapshot, and brought back to it."""

from contactor.base.errors import BadSetting
from contactor.rig.outlet import Outlet
from contactor.rig.snapshot import OutletRecord
from contactor.rig.vehicle_record import record_of, vehicle_from


def outlet_record(outlet: Outlet, now_s: float) -> OutletRecord:
    """Write down the meter and the vehicle as they are at this moment."""
    vehicle = outlet.vehicle
    record = OutletRecord(
        register_initial_wh=outlet.meter.initial_wh,
        delivered_wh=outlet.meter.delivered_wh(now_s),
        vehicle=None if vehicle is None else record_of(vehicle, gained_wh=outlet.gained_wh(now_s)),
    )
    if outlet.lock is not None:
        record["is_locked"] = outlet.lock.is_shut
    return record


def restore_outlet(outlet: Outlet, record: OutletRecord, now_s: float) -> None:
    """Put back meter and vehicle; whatever vehicle was there is gone.

    Raises:
        BadSetting: the vehicle's plug does not fit the outlet, or the record holds a value no vehicle can have.
    """
    vehicle = None if record["vehicle"] is None else vehicle_from(record["vehicle"])
    if vehicle is not None and vehicle.model.plug is not outlet.plug:
        raise BadSetting(f"snapshot, outlet {outlet.number}", vehicle.model.name, f"the outlet's plug is {outlet.plug}")
    if outlet.vehicle is not None:
        outlet.disconnect(now_s)
    outlet.meter.restore(record["register_initial_wh"], record["delivered_wh"], now_s)
    if outlet.lock is not None:
        outlet.lock.is_shut = record.get("is_locked", False)
    if vehicle is not None:
        outlet.connect(vehicle)
