"""SHELL: brings a twin to what is known of the real station, by the doors that people and central systems use.

Nothing is written past the software: a car is plugged in, a start is asked for, a profile is set. So the twin is in no
state that a station could not be in; what cannot be reached is said.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import msgspec

from contactor.base.errors import BadSetting
from contactor.base.ids import ConnectorId, IdTag, OutletNumber
from contactor.central.rehearsal.known import KnownConnector, KnownStation
from contactor.central.rehearsal.rehearsal import Answer, TwinFailed
from contactor.ocpp.enumerations import (
    AvailabilityType,
    ChargePointStatus,
    ChargingProfilePurpose,
    UpdateType,
)
from contactor.ocpp.messages import (
    ChangeAvailability,
    ChangeConfiguration,
    RemoteStartTransaction,
    RemoteStopTransaction,
    Request,
    ReserveNow,
    SendLocalList,
    SetChargingProfile,
)
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.keys import Key
from contactor.virtual.control.arrivals import FITTING
from contactor.virtual.control.state_view import statuses_of
from contactor.virtual.twin.twin import Twin

BOOT_LIMIT_S = 60.0
START_LIMIT_S = 30.0
SETTLING_S = 15.0
"""In which statuses come to rest."""
USUAL_SOC = 0.5
PASSER_BY = IdTag("TWIN")
"""The tag of a charge that only leaves a car behind."""
TAKEN = ("Accepted", "RebootRequired", "Scheduled")
LEAD = timedelta(seconds=60)
"""Before the instant that is known: for what takes a moment, but has no instant of its own."""
FAULT_LENGTH = 50

_PURPOSES = (
    ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE,
    ChargingProfilePurpose.TX_DEFAULT_PROFILE,
    ChargingProfilePurpose.TX_PROFILE,
)


def begins_at(known: KnownStation) -> datetime:
    """The instant a twin is switched on: before all that it has to live through."""
    finishing = [each.reported_at for each in known.connectors if each.status is ChargePointStatus.FINISHING]
    return min(known.now, *(each.started_at for each in known.transactions), *finishing, known.now) - LEAD


class Staging:
    """Sets the stage for one trial; `gaps` grows by what could not be set up."""

    def __init__(self, twin: Twin, known: KnownStation) -> None:
        self._twin = twin
        self._known = known
        self.gaps: list[str] = []

    async def prepare(self) -> None:
        """Bring the twin to the known state, and to the instant it is known at.

        Raises:
            TwinFailed: it does not even boot, or takes too long.
        """
        if not await self._twin.wait(self._is_online, BOOT_LIMIT_S):
            raise TwinFailed("the twin does not come online with the configuration that is known")
        self._twin.central.is_staging = True
        steps: tuple[Callable[[], Awaitable[None]], ...] = (
            self._send_list,
            self._leave_finished_cars,
            self._begin_transactions,
            self._set_profiles,
            self._reserve,
            self._take_out_of_service,
            self._plug_waiting_cars,
            self._raise_faults,
            self._change_for_later,
            self._let_current_flow,
        )
        for step in steps:
            await step()
        await self._twin.run(SETTLING_S)
        self._twin.skip_to(self._known.now)
        self._twin.central.is_staging = False
        self.gaps += self._differences()

    # What the central system had it do

    async def _send_list(self) -> None:
        known = self._known.local_list
        if known is None or not known.entries:
            return
        size = max(1, self._twin.virtual.station.configuration.number(Key.SEND_LOCAL_LIST_MAX_LENGTH))
        entries = tuple(known.entries.values())
        parts = [entries[at : at + size] for at in range(0, len(entries), size)]
        for number, part in enumerate(parts, start=1):
            request = SendLocalList(
                # Each part has a version of its own, and the last the one that is known (LL-08).
                list_version=max(number, known.version - len(parts) + number),
                update_type=UpdateType.FULL if number == 1 else UpdateType.DIFFERENTIAL,
                local_authorization_list=part,
            )
            await self._ask(request, f"part {number} of {len(parts)} of the local list")

    async def _set_profiles(self) -> None:
        by_purpose = sorted(
            self._known.profiles, key=lambda each: _PURPOSES.index(each.profile.charging_profile_purpose)
        )
        for each in by_purpose:
            request = SetChargingProfile(connector_id=ConnectorId(each.connector_id), cs_charging_profiles=each.profile)
            await self._ask(request, f"charging profile {each.profile.charging_profile_id}")

    async def _reserve(self) -> None:
        for each in self._known.reservations:
            request = ReserveNow(
                connector_id=ConnectorId(each.connector_id),
                expiry_date=each.expires_at,
                id_tag=IdTag(each.id_tag),
                reservation_id=each.reservation_id,
                parent_id_tag=msgspec.UNSET if each.parent_id_tag is None else IdTag(each.parent_id_tag),
            )
            await self._ask(request, f"reservation {each.reservation_id}")

    async def _take_out_of_service(self) -> None:
        out = [each.connector_id for each in self._known.connectors if each.status is ChargePointStatus.UNAVAILABLE]
        for connector_id in [0] if 0 in out else out:
            request = ChangeAvailability(connector_id=ConnectorId(connector_id), type=AvailabilityType.INOPERATIVE)
            await self._ask(request, f"Unavailable at connector {connector_id}")

    async def _change_for_later(self) -> None:
        for each in self._known.configuration:
            if each.value_after_boot is not None:
                await self._ask(
                    ChangeConfiguration(key=each.key, value=each.value_after_boot), f"{each.key} after the next boot"
                )

    # What people and hardware did

    async def _begin_transactions(self) -> None:
        for each in self._known.transactions:
            if not self._has(each.connector_id):
                self.gaps.append(f"transaction {each.number}: the twin has no connector {each.connector_id}")
                continue
            soc = USUAL_SOC if each.soc_percent is None else min(max(each.soc_percent, 0.0), 100.0) / 100
            if not await self._start(OutletNumber(each.connector_id), IdTag(each.id_tag), each.started_at, soc):
                self.gaps.append(f"transaction {each.number}: the twin did not start it")
        self._twin.skip_to(self._known.now - LEAD)

    async def _let_current_flow(self) -> None:
        """Cars wait while time is skipped, or they would be full; those that really wait go on waiting."""
        for each in self._known.transactions:
            outlet = OutletNumber(each.connector_id)
            vehicle = self._twin.virtual.rig.vehicle(outlet) if self._has(outlet) else None
            if vehicle is not None and self._status_of(outlet) is not ChargePointStatus.SUSPENDED_EV:
                self._twin.virtual.limit_vehicle(outlet, vehicle.model.power_max_w)

    async def _leave_finished_cars(self) -> None:
        for connector in self._waiting(ChargePointStatus.FINISHING):
            outlet = OutletNumber(connector.connector_id)
            if await self._start(outlet, PASSER_BY, connector.reported_at, USUAL_SOC):
                number = self._open_number(outlet)
                assert number is not None
                await self._ask(RemoteStopTransaction(transaction_id=number), f"Finishing at connector {outlet}")
                await self._twin.wait(partial(self._is_free, outlet), START_LIMIT_S)

    async def _plug_waiting_cars(self) -> None:
        for connector in self._waiting(ChargePointStatus.PREPARING):
            self._plug(OutletNumber(connector.connector_id), USUAL_SOC)

    async def _raise_faults(self) -> None:
        for each in self._known.connectors:
            code = each.vendor_error_code
            if each.status is not ChargePointStatus.FAULTED or not code:
                continue
            if code not in self._twin.virtual.product.vendor_errors:
                self.gaps.append(f"connector {each.connector_id}: the twin knows no fault {code[:FAULT_LENGTH]!r}")
                continue
            with suppress(BadSetting):  # it is there already, told by another connector
                self._twin.virtual.raise_fault(code, OutletNumber(each.connector_id) if each.connector_id else None)

    async def _start(self, outlet: OutletNumber, id_tag: IdTag, at: datetime, soc: float) -> bool:
        """Plug a car in at an instant and begin its charge, without current yet; says whether it began."""
        self._twin.skip_to(min(at, self._known.now))
        if not self._plug(outlet, soc, power_w=0.0):
            return False
        if self._is_free(outlet):
            await self._twin.ask(RemoteStartTransaction(id_tag=id_tag, connector_id=ConnectorId(outlet)))
        return await self._twin.wait(lambda: self._open_number(outlet) is not None, START_LIMIT_S)

    # Small parts

    async def _ask(self, request: Request, what: str) -> Answer:
        answer = await self._twin.ask(request)
        if answer.fields.get("status") not in TAKEN:
            word = answer.fields.get("status") or answer.fields.get("code") or "nothing"
            self.gaps.append(f"{what}: the twin answered {word} when it was set up")
        return answer

    def _plug(self, outlet: OutletNumber, soc: float, power_w: float | None = None) -> bool:
        virtual = self._twin.virtual
        vehicle = Vehicle(vehicle_model(FITTING[virtual.rig.plug_kind(outlet)]), soc=soc)
        if power_w is not None:
            vehicle.limit_power(power_w)
        try:
            virtual.plug(outlet, vehicle)
        except BadSetting as error:
            self.gaps.append(f"connector {outlet}: no car could be plugged in ({error.expected})")
            return False
        return True

    def _waiting(self, status: ChargePointStatus) -> Iterator[KnownConnector]:
        """Connectors in a status that says there is a car, though no transaction is open."""
        for each in self._known.connectors:
            is_open = self._known.transaction_on(each.connector_id) is not None
            if each.status is status and not is_open and self._has(each.connector_id):
                yield each

    def _has(self, connector_id: int) -> bool:
        return OutletNumber(connector_id) in self._twin.virtual.rig.outlets

    def _open_number(self, outlet: OutletNumber) -> int | None:
        transaction = self._twin.virtual.station.transactions.open_on(outlet)
        return None if transaction is None else transaction.central_id

    def _is_online(self) -> bool:
        return self._twin.virtual.runner.is_on and self._twin.virtual.station.is_online

    def _is_free(self, outlet: OutletNumber) -> bool:
        return self._twin.virtual.station.transactions.open_on(outlet) is None

    def _status_of(self, outlet: OutletNumber) -> ChargePointStatus | None:
        return next((each.status for each in self._known.connectors if each.connector_id == outlet), None)

    def _twin_status(self, outlet: OutletNumber) -> ChargePointStatus | None:
        return statuses_of(self._twin.virtual).get(outlet)

    def _differences(self) -> Iterator[str]:
        """Where the twin's statuses are not those last told, however hard it was tried."""
        for each in self._known.connectors:
            shown = self._twin_status(OutletNumber(each.connector_id))
            if each.connector_id == 0 or shown is each.status:
                continue
            real = "in a status of its own" if each.status is None else f"{each.status.value}"
            here = "is not there" if shown is None else f"is {shown.value}"
            yield f"connector {each.connector_id}: the real one is {real}, the twin's {here}"
