"""The station: every part put together, and the order in which they work.

`handle` takes one event and gives back effects. In between the event goes to the parts it concerns, then everything
derived from it settles in a fixed order, then the store is committed; only then may effects leave.
"""

from collections.abc import Callable, Mapping
from typing import Any

from contactor.base.backoff import Backoff
from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId, OutletNumber
from contactor.guide.entries import Product
from contactor.hardware import signals
from contactor.hardware.port import Hardware
from contactor.ocpp.actions import Side
from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus, StopReason
from contactor.ocpp.messages import BootNotification, BootNotificationResult, HeartbeatResult
from contactor.ocpp.peer import Peer
from contactor.station import events
from contactor.station.access import Access
from contactor.station.authorization import Authorization
from contactor.station.availability import Availability
from contactor.station.awakening import Awakening
from contactor.station.calls import Calls
from contactor.station.charging import Charging
from contactor.station.connection import Connection
from contactor.station.connector import Connector
from contactor.station.conversation import Conversation
from contactor.station.credentials import Credentials
from contactor.station.data_transfer import Costs
from contactor.station.display import Display, Signs, View
from contactor.station.effects import Effect, Effects
from contactor.station.events import Event, Moment
from contactor.station.faults import Faults
from contactor.station.inbound import Inbound
from contactor.station.key_effects import KeyEffects
from contactor.station.keys import Key
from contactor.station.maintenance import Maintenance
from contactor.station.memory import Memory
from contactor.station.metering import Metering
from contactor.station.registration import Registration
from contactor.station.remote_control import RemoteControl
from contactor.station.reservations import Reservations
from contactor.station.reset import Reset
from contactor.station.screen import Screen
from contactor.station.security_log import SecurityEvent
from contactor.station.settings import StationSettings
from contactor.station.smart_charging.smart_charging import SmartCharging
from contactor.station.status_matrix import Energy, Facts
from contactor.station.status_reports import EV_SIDE_DISCONNECTED, Error, StatusReports
from contactor.station.store.port import Store
from contactor.station.timekeeping import STEP_WORTH_TELLING_S
from contactor.station.trace import Trace
from contactor.station.transactions import Transaction
from contactor.station.triggers import Triggers

STATION = ConnectorId(0)


class Station:
    """The charger's software, without any I/O of its own but reading the hardware's meters.

    Args:
        product: the guide's facts.
        settings: model, serial and the choices the texts leave open.
        hardware: read at any time, never commanded directly: commands are effects.
        store: what survives a power cut; the station loads its state from it.
        dice: chance for message ids and back-off.
        moment: now.

    Raises:
        BadSetting: the model or an initial configuration value is not one of the product's.
        StoreError: the store holds what this version cannot read.
    """

    def __init__(
        self,
        product: Product,
        settings: StationSettings,
        hardware: Hardware,
        store: Store,
        dice: Dice,
        moment: Moment,
    ) -> None:
        self._hardware = hardware
        self._effects = Effects()
        self._trace = Trace(settings.trace_frames)
        self._calls = Calls()
        self._was_online = False
        self._memory = memory = Memory.recall(product, settings, store, dice)
        self.configuration = memory.configuration
        self.transactions = memory.transactions
        self._now = memory.timekeeping.corrected(moment)
        self.connectors = {
            ConnectorId(outlet): Connector(outlet, self._now.instant, store) for outlet in hardware.outlets
        }
        self._connection = Connection(
            self.configuration,
            Credentials(store, self.configuration, lambda: self._registration.last_good),
            Backoff(dice, first_s=settings.reconnect_first_s),
            self._effects,
        )
        self._registration = Registration(
            store, self.configuration, _boot_notification(product, settings, memory), boot_retry_s=settings.boot_retry_s
        )
        self._faults = Faults(product.vendor_errors, list(self.connectors))
        self._availability = Availability(
            store,
            list(self.connectors),
            lambda each: self.transactions.open_on(each) is not None,
            lambda each: self.connectors[each].is_over,
        )
        self._status_reports = StatusReports(
            [STATION, *self.connectors], self.configuration, self._calls, self._now.instant, lambda: self.is_online
        )
        self._build_drivers_side(product, settings)
        self._build_maintenance(product, settings)
        self._build_centrals_side(settings, dice)
        self._handlers = self._table()

    def _build_drivers_side(self, product: Product, settings: StationSettings) -> None:
        memory = self._memory
        self._metering = Metering(
            self.configuration, self._hardware, self.transactions, memory.outbox, product.measurands
        )
        self._charging = Charging(self.connectors, self._hardware, self.transactions, self._metering, self._effects)
        self._smart_charging = SmartCharging(
            product,
            product.models[settings.model],
            memory,
            self._hardware,
            self.connectors,
            self._effects,
            lambda: self._now,
        )
        self.screen = Screen(list(self.connectors.values()))
        self.costs = Costs(product.cost_message, self.connectors, self.transactions, self._effects)
        authorization = Authorization(
            self.configuration,
            memory.badge_cache,
            memory.local_list,
            self._calls,
            lambda: self.is_online,
            self._list_conflict_found,
        )
        self._reservations = Reservations(
            memory.store,
            self.connectors,
            self._faults,
            self._availability,
            self.transactions,
            lambda each: self._access.claimant(each),
            self._effects,
            lambda: self._now,
        )
        self._access = Access(
            settings,
            self.configuration,
            self.connectors,
            authorization,
            self._charging,
            self._reservations,
            self._smart_charging,
            self.screen,
            self._effects,
            self.can_charge,
        )
        self.transactions.refused = self._start_refused
        self.transactions.learned = authorization.learned

    def _build_maintenance(self, product: Product, settings: StationSettings) -> None:
        self._maintenance = Maintenance(
            product,
            settings,
            self._memory,
            self._trace,
            self._faults,
            self._calls,
            self._effects,
            connector_ids=list(self.connectors),
            is_online=lambda: self.is_online,
            may_install=lambda: not self._reset.is_running,
            instant=lambda: self._now.instant,
        )
        self._availability.is_held = self._maintenance.firmware.holds

    def _build_centrals_side(self, settings: StationSettings, dice: Dice) -> None:
        memory = self._memory
        self._awakening = Awakening(
            self.connectors,
            self._hardware,
            self._faults,
            self.screen,
            self._access,
            self._charging,
            memory.security_log,
            self._effects,
        )
        self._reset = Reset(
            self.configuration,
            self.connectors,
            self._charging,
            memory.security_log,
            self._effects,
            lambda now: not self.is_online or not self._conversation.has_more_to_say(now),
            wait_s=settings.reset_wait_s,
        )
        self._reset.is_barred = lambda: self._maintenance.firmware.is_installing
        inbound = Inbound(
            self.configuration,
            self._registration,
            self._availability,
            RemoteControl(
                self.configuration,
                self.connectors,
                self.transactions,
                self._access,
                self._charging,
                self._smart_charging,
                self.can_charge,
                lambda: self._now,
            ),
            self._reset,
            Triggers(
                list(self.connectors),
                self._registration,
                self._status_reports,
                self._metering,
                self._calls,
                lambda: self._maintenance.diagnostics.status,
                lambda: self._maintenance.firmware.status,
            ),
            memory.badge_cache,
            memory.local_list,
            KeyEffects(self.configuration, self._connection, self._registration, memory.security_log).written,
            [self._reservations.rows, self._smart_charging.rows, self._maintenance.rows, self.costs.rows],
        )
        self._conversation = Conversation(
            Peer(Side.STATION, dice.message_id, call_timeout_s=settings.call_timeout_s, supported=inbound.actions),
            self._calls,
            self._registration,
            memory.outbox,
            self.transactions,
            memory.security_log,
            inbound,
            self._effects,
            lambda: self._connection.is_up,
        )
        self._display = Display(
            self.configuration,
            self.connectors,
            self._hardware,
            self.screen,
            self._access,
            self._charging,
            self._faults,
            self._reservations,
            Signs(
                is_online=lambda: self.is_online,
                is_restarting=lambda: self._reset.is_running,
                is_updating=lambda: self._maintenance.firmware.is_installing,
                cost=self.costs.cost,
            ),
        )
        self._registration.accepted = self._accepted
        self._registration.time_told = self._time_told

    def _table(self) -> Mapping[type[Event], Callable[[Any, Moment], None]]:
        """What each kind of event does; Any, because each row takes its own kind."""
        return {
            events.PoweredOn: self._powered_on,
            events.DeadlineReached: _settling_is_enough,
            events.LinkOpened: self._link_opened,
            events.RestartFailed: lambda event, _now: self._reset.failed(event.reason),
            events.SecurityLogCleared: lambda _event, now: self._memory.security_log.clear(now),
            events.DialFailed: self._dial_failed,
            events.LinkClosed: self._link_closed,
            events.TransferFinished: self._maintenance.transfers.finished,
            events.TransferFailed: self._maintenance.transfers.failed,
            events.TextReceived: lambda event, now: self._conversation.received(event.text, now),
            signals.CablePlugged: lambda event, now: self._access.plugged(self._at(event.outlet), now),
            signals.CableUnplugged: self._unplugged,
            signals.EnergyFlowing: lambda event, _now: self._energy_is(event.outlet, Energy.FLOWING),
            signals.VehiclePaused: lambda event, _now: self._energy_is(event.outlet, Energy.PAUSED_BY_VEHICLE),
            signals.VehicleEnded: self._vehicle_ended,
            signals.EnergyOff: lambda event, now: self._charging.energy_is_off(self._at(event.outlet), now),
            signals.DemandChanged: _settling_is_enough,
            signals.ModulesChanged: _settling_is_enough,
            signals.BadgePresented: lambda event, now: self._access.badge(event.uid, now),
            signals.ScreenTouched: lambda event, _now: self.screen.touched(event.outlet),
            signals.StopPressed: lambda event, now: self._access.stop_pressed(self._at(event.outlet), now),
            signals.FaultRaised: self._fault_raised,
            signals.FaultCleared: self._fault_cleared,
        }

    # What the world sees

    @property
    def is_online(self) -> bool:
        """Connected to a central system that has accepted this station."""
        return self._connection.is_up and self._registration.is_accepted

    @property
    def messages_owed(self) -> int:
        """How many transaction-related messages the central system has not confirmed."""
        return len(self._memory.outbox)

    @property
    def deadline_s(self) -> float | None:
        """When to handle `DeadlineReached`, in monotonic seconds; None while only events can change anything."""
        deadlines = (
            self._connection.deadline_s,
            self._conversation.deadline_s,
            self._status_reports.deadline_s,
            self._metering.deadline_s,
            self._access.deadline_s,
            self._reservations.deadline_s,
            self._charging.deadline_s,
            self._smart_charging.deadline_s,
            self._reset.deadline_s,
            self._maintenance.deadline_s,
        )
        return min((each for each in deadlines if each is not None), default=None)

    def view(self, moment: Moment) -> View:
        """What the charger's display shows at a moment."""
        return self._display.view(self._memory.timekeeping.corrected(moment))

    def is_expected(self, connector_id: ConnectorId) -> bool:
        """Whether a start waits at a connector, for its car or for the answer about its badge."""
        return self._access.is_expected(connector_id)

    def can_charge(self, connector_id: ConnectorId) -> bool:
        """Whether a new charge may begin at a connector as far as the station itself is concerned (BOOT-15, CLK-04, ST-31)."""
        return (
            self._registration.was_ever_accepted
            and self._memory.timekeeping.is_synchronised
            and not self._reset.is_running
            and self._availability.admits(connector_id)
            and not self._faults.is_faulted(connector_id)
            and not self._faults.is_faulted(STATION)
        )

    def handle(self, event: Event, moment: Moment) -> list[Effect]:
        """Take one event; return what the world has to do about it, in order.

        Raises:
            StoreError: the state could not be written; nothing of the event may leave, and this object is spent:
                make a new station from the store.
        """
        self._now = now = self._memory.timekeeping.corrected(moment)
        self._trace.saw(event, now)
        self._handlers[type(event)](event, now)
        self._conversation.expire(now)
        # An answer may have set the clock; what follows from the time goes by the new one at once (CLK-01).
        self._now = now = self._memory.timekeeping.corrected(moment)
        self._settle(now)
        self._memory.store.commit()
        effects = self._effects.take()
        self._trace.did(effects, now)
        return effects

    def _settle(self, now: Moment) -> None:
        self._notice_the_line(now)
        self._charging.settle(now)
        self._maintenance.settle(now)
        self._availability.settle()
        self._reservations.settle(now)
        self._access.settle(now)
        self._smart_charging.settle(now)
        self.costs.settle()
        for connector in self.connectors.values():
            self._settle_status(connector, now)
        self._settle_station_status(now)
        self._status_reports.settle(now)
        self._metering.settle(now)
        self._connection.settle(now)
        self._conversation.settle(now)
        self._reset.settle(now)  # last: nothing follows a restart

    def _notice_the_line(self, now: Moment) -> None:
        if self.is_online == self._was_online:
            return
        self._was_online = self.is_online
        if self.is_online:
            self._metering.came_online()
        else:
            self._metering.went_offline(now)

    def _settle_status(self, connector: Connector, now: Moment, remark: str | None = None) -> None:
        transaction = self.transactions.open_on(connector.id)
        facts = Facts(
            is_faulted=self._faults.is_faulted(connector.id),
            is_operative=self._availability.is_usable(connector.id),
            is_reserved=self._reservations.is_reserved(connector.id),
            is_expected=self._access.claimant(connector.id) is not None,
            in_transaction=transaction is not None,
            is_held_back=transaction is not None
            and (transaction.is_held_back or self._smart_charging.holds_back(connector)),
        )
        if transaction is not None and not connector.is_plugged:
            remark = EV_SIDE_DISCONNECTED  # ST-07
        error = self._faults.newest_error(connector.id)
        passed = connector.settle(facts, now)
        for status in passed:
            self._status_reports.changed(connector.id, status, now, error=error, remark=remark)
        if not passed:
            # A car that leaves a paused charge changes no status, and is told all the same (ST-07).
            says_more = remark if connector.status is ChargePointStatus.SUSPENDED_EV else None
            self._status_reports.remain(connector.id, now, error=error, remark=says_more)
        elif transaction is not None:
            self._metering.note_life(transaction, now)  # PW-05

    def _settle_station_status(self, now: Moment) -> None:
        """Connector 0 is Available, Unavailable or Faulted, whatever the connectors are (ST-02)."""
        status = ChargePointStatus.AVAILABLE
        if self._faults.is_faulted(STATION):
            status = ChargePointStatus.FAULTED
        elif not self._availability.is_operative(STATION):
            status = ChargePointStatus.UNAVAILABLE
        error = self._reset.error or self._faults.newest_error(STATION)
        self._status_reports.changed(STATION, status, now, error=error)

    # Power and line

    def _powered_on(self, event: events.PoweredOn, now: Moment) -> None:
        self._awakening.wake(event.cause, now)
        self._maintenance.powered_on(now)

    def _link_opened(self, _event: events.LinkOpened, now: Moment) -> None:
        self._connection.opened(now)
        self._registration.link_opened(now)
        if self._registration.is_accepted:
            self._status_reports.report_differences(now)

    def _link_closed(self, event: events.LinkClosed, now: Moment) -> None:
        self._connection.closed(event.reason, now)
        self._conversation.link_lost(now)

    def _dial_failed(self, event: events.DialFailed, now: Moment) -> None:
        self._connection.failed(event.reason, event.status, now)
        if event.security_event is None:
            return
        self._memory.security_log.record(SecurityEvent(event.security_event), now, event.reason)
        if event.security_event == SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE:
            # A bad certificate is how a false central system shows itself here.
            self._memory.security_log.record(SecurityEvent.CENTRAL_SYSTEM_FAILED_TO_AUTHENTICATE, now, event.reason)

    def _accepted(self, result: BootNotificationResult, now: Moment) -> None:
        self._effects.note("accepted", heartbeat_s=result.interval)
        self._set_clock(result, now)
        self._connection.accepted()
        self._status_reports.report_all(now)

    def _time_told(self, result: HeartbeatResult, now: Moment) -> None:
        self._set_clock(result, now)

    def _set_clock(self, result: BootNotificationResult | HeartbeatResult, now: Moment) -> None:
        step_s = self._memory.timekeeping.synchronise(result.current_time, now)
        if abs(step_s) >= STEP_WORTH_TELLING_S:
            self._memory.security_log.record(SecurityEvent.SETTING_SYSTEM_TIME, now, f"clock set by {step_s:+.1f} s")

    # What happens at the outlets

    def _unplugged(self, event: signals.CableUnplugged, now: Moment) -> None:
        connector = self._at(event.outlet)
        if self._access.car_leaving(connector, now):
            # With no minimum duration the central system sees Finishing before Available (ST-08).
            self._settle_status(connector, now, EV_SIDE_DISCONNECTED)
        self._access.unplugged(connector)

    def _energy_is(self, outlet: OutletNumber, energy: Energy) -> None:
        connector = self._at(outlet)
        if self.transactions.open_on(connector.id) is not None:
            connector.energy = energy

    def _vehicle_ended(self, event: signals.VehicleEnded, now: Moment) -> None:
        connector = self._at(event.outlet)
        if self.transactions.open_on(connector.id) is not None:
            self._charging.end(connector, StopReason.OTHER, now)  # STP-08

    def _fault_raised(self, event: signals.FaultRaised, now: Moment) -> None:
        if not self._faults.raised(event.dtc, event.outlet):
            return
        self._effects.note("fault", dtc=event.dtc, outlet=event.outlet)
        if self._faults.is_tampering(event.dtc):
            self._memory.security_log.record(SecurityEvent.TAMPER_DETECTION_ACTIVATED, now, event.dtc)
        reason = self._faults.stop_reason(event.dtc)
        if reason is None:
            return
        for connector_id in self._faults.scope(event.dtc, event.outlet):
            if self.transactions.open_on(connector_id) is not None:
                self._charging.end(self.connectors[connector_id], reason, now)

    def _fault_cleared(self, event: signals.FaultCleared, _now: Moment) -> None:
        if self._faults.cleared(event.dtc, event.outlet):
            self._effects.note("fault cleared", dtc=event.dtc, outlet=event.outlet)

    def _start_refused(self, transaction: Transaction, now: Moment) -> None:
        """The central system does not accept a transaction that is running (TX-04)."""
        connector = self.connectors[transaction.connector_id]
        if self.configuration.flag(Key.STOP_ON_INVALID_ID):
            self._charging.end(connector, StopReason.DE_AUTHORIZED, now)
        else:
            self._charging.hold_back(transaction, connector)

    def _list_conflict_found(self, now: Moment) -> None:
        self._status_reports.report_error(STATION, Error(ChargePointErrorCode.LOCAL_LIST_CONFLICT), now)

    def _at(self, outlet: OutletNumber) -> Connector:
        return self.connectors[ConnectorId(outlet)]


def _settling_is_enough(_event: Event, _now: Moment) -> None:
    """Nothing but what settles after every event."""


def _boot_notification(product: Product, settings: StationSettings, memory: Memory) -> BootNotification:
    """The four fields of the guide and no other (BOOT-02)."""
    return BootNotification(
        charge_point_vendor=product.vendor,
        charge_point_model=settings.model,
        charge_point_serial_number=settings.serial,
        firmware_version=memory.firmware_version,
    )
