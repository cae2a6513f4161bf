"""How a whole rig is written down for a snapshot, and which faults stand in one."""

from collections.abc import Iterable, Iterator

from contactor.base.ids import OutletNumber
from contactor.rig.cabinet import Cabinet
from contactor.rig.faults import Faults, Scope
from contactor.rig.outlet import Outlet
from contactor.rig.outlet_record import outlet_record
from contactor.rig.snapshot import FaultRecord, ModuleRecord, RigSnapshot
from contactor.rig.supply import supply_record


def rig_record(outlets: Iterable[Outlet], cabinet: Cabinet, faults: Faults, now_s: float) -> RigSnapshot:
    """Write down what a power cut leaves, in plain values."""
    return RigSnapshot(
        outlets=[outlet_record(outlet, now_s) for outlet in outlets],
        failed_modules=[ModuleRecord(number=number, dtc=dtc) for number, dtc in cabinet.failed],
        faults=[FaultRecord(dtc=dtc, outlet=outlet) for dtc, outlet in faults.active],
        supply=supply_record(cabinet.supply),
    )


def faults_from(snapshot: RigSnapshot) -> Iterator[tuple[str, Scope]]:
    """The active codes that were written down, each with its outlet or None for the station."""
    for fault in snapshot["faults"]:
        yield fault["dtc"], None if fault["outlet"] is None else OutletNumber(fault["outlet"])
