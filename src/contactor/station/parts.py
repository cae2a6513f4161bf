"""Every part of one station, built in the order in which they need each other.

This file knows who uses whom, and nothing else: what the parts do stands in their own files, and in which order they
work in station.py. Where two parts need each other, the later one is asked through a method.
"""

from contactor.base.backoff import Backoff
from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId
from contactor.guide.entries import Product
from contactor.hardware.port import Hardware
from contactor.ocpp.actions import Side
from contactor.ocpp.enumerations import ChargePointErrorCode
from contactor.ocpp.messages import BootNotification, Request
from contactor.ocpp.peer import Peer
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
from contactor.station.display import Display, Signs
from contactor.station.effects import Effects, Papers
from contactor.station.events import Moment
from contactor.station.faults import Faults
from contactor.station.inbound import Inbound
from contactor.station.jobs import Jobs
from contactor.station.key_effects import KeyEffects
from contactor.station.keys import Key
from contactor.station.line_events import LineEvents
from contactor.station.maintenance import Maintenance
from contactor.station.memory import Memory
from contactor.station.metering import Metering
from contactor.station.outlet_events import OutletEvents
from contactor.station.own_certificate import OwnCertificate
from contactor.station.present import Present
from contactor.station.registration import Registration
from contactor.station.remote_control import RemoteControl
from contactor.station.reply import Reply
from contactor.station.reservations import Claimant, Reservations
from contactor.station.reset import Reset
from contactor.station.screen import Screen
from contactor.station.settings import StationSettings
from contactor.station.smart_charging.smart_charging import SmartCharging
from contactor.station.status_reports import Error, StatusReports
from contactor.station.statuses import Statuses
from contactor.station.store.port import Store
from contactor.station.trace import Trace
from contactor.station.triggers import Triggers
from contactor.station.trust import Trust
from contactor.station.unlocking import Unlocking
from contactor.station.white_paper import WhitePaper

STATION = ConnectorId(0)


class Parts:
    """Holds the parts with a state; those without one are made when somebody asks for them.

    Most stations of a fleet are never asked, and what they do not hold weighs nothing.
    """

    __slots__ = ("_offered", "_product", "_settings", "access", "availability", "calls", "charging", "configuration",
                 "connection", "connectors", "conversation", "costs", "effects", "faults", "hardware",
                 "line_events", "maintenance", "memory", "metering", "outlet_events", "own_certificate",
                 "present", "registration", "reservations", "reset", "screen", "smart_charging",
                 "status_reports", "statuses", "trace", "transactions", "trust", "unlocking")  # fmt: skip

    def __init__(
        self,
        product: Product,
        settings: StationSettings,
        hardware: Hardware,
        store: Store,
        dice: Dice,
        moment: Moment,
    ) -> None:
        self._product = product
        self._settings = settings
        self.hardware = hardware
        self.effects = Effects()
        self.trace = Trace(settings.trace_frames)
        self.calls = Calls()
        self.memory = memory = Memory(product, settings, store, dice)
        self.configuration = memory.configuration
        self.transactions = memory.transactions
        # What the factory has switched off with its profile is not on offer in this life (CF-18).
        self._offered = product.offers(self.configuration.items(Key.SUPPORTED_FEATURE_PROFILES))
        self.registration = Registration(
            store, self.configuration, _boot_notification(product, settings, memory), boot_retry_s=settings.boot_retry_s
        )
        self.connection = Connection(
            self.configuration,
            Credentials(store, self.configuration, self.registration),
            Backoff(dice, first_s=settings.reconnect_first_s),
            self.effects,
        )
        self.present = Present(memory.timekeeping.corrected(moment), self.connection, self.registration)
        self.connectors = {
            ConnectorId(outlet): Connector(outlet, self.present.now.instant, store) for outlet in hardware.outlets
        }
        self.faults = Faults(product.vendor_errors, self.connectors)
        self.availability = Availability(store, self.connectors, self.transactions)
        self.status_reports = StatusReports(len(self.connectors), self.configuration, self.calls, self.present)
        self._build_charging(settings)
        self._build_access(settings)
        self._build_maintenance(settings)
        self._build_events()

    def _build_charging(self, settings: StationSettings) -> None:
        product, memory = self._product, self.memory
        self.metering = Metering(
            self.configuration,
            self.hardware,
            self.transactions,
            memory.outbox,
            product.measurands,
            memory.transaction_data,
        )
        self.charging = Charging(self.connectors, self.hardware, self.transactions, self.metering, self.effects)
        self.smart_charging = SmartCharging(
            product,
            product.models[settings.model],
            memory,
            self.hardware,
            self.connectors,
            self.effects,
            self.present,
        )
        self.unlocking = Unlocking(
            product.models[settings.model].cables,
            self.configuration,
            self.connectors,
            self.hardware,
            self.charging,
            self.faults,
            self.effects,
        )
        self.costs = Costs(product.cost_message, self.connectors, self.transactions, self.effects)

    def _build_access(self, settings: StationSettings) -> None:
        memory, capabilities = self.memory, self._product.capabilities
        self.screen = Screen(self.connectors, offers_free=capabilities.badge_before_plug)
        authorization = Authorization(
            memory,
            self.calls,
            self.present,
            self._list_conflict_found,
        )
        self.reservations = Reservations(
            memory.store,
            self.connectors,
            self.faults,
            self.availability,
            self.transactions,
            self._claimant,
            self.effects,
            self.present,
        )
        self.access = Access(
            settings,
            self.configuration,
            self.connectors,
            authorization,
            self.charging,
            self.reservations,
            self.smart_charging,
            self.screen,
            self.effects,
            self.can_charge,
            badge_before_plug=settings.allow_badge_before_plug or capabilities.badge_before_plug,
        )
        self.transactions.learned = authorization.learned

    def _build_maintenance(self, settings: StationSettings) -> None:
        memory = self.memory
        self.reset = Reset(
            self.configuration,
            self.connectors,
            self.charging,
            memory.security_log,
            self.effects,
            self._has_said_all,
            wait_s=settings.reset_wait_s,
        )
        self.trust = Trust(memory.store, self.configuration, memory.security_log, self.present)
        self.own_certificate = OwnCertificate(
            settings.serial,
            memory.store,
            self.configuration,
            self.trust,
            self.calls,
            memory.security_log,
            self.effects,
            self.present,
            self.connection.certificate_changed,
        )
        self.maintenance = Maintenance(memory.store, self._open_jobs)
        self.reset.bar = self.maintenance
        self.availability.keeper = self.maintenance
        self.connection.papers = self._papers
        self.conversation = Conversation(
            Peer(Side.STATION, memory.outbox.new_id, call_timeout_s=settings.call_timeout_s, supported=self._offered),
            self.calls,
            self.registration,
            memory.outbox,
            self.transactions,
            memory.security_log,
            self._reply,
            self.effects,
            self.connection,
        )

    def _build_events(self) -> None:
        self.statuses = Statuses(
            self.connectors,
            self.transactions,
            self.faults,
            self.availability,
            self.reservations,
            self.access,
            self.smart_charging,
            self.metering,
            self.reset,
            self.status_reports,
        )
        self.outlet_events = OutletEvents(
            self.configuration,
            self.connectors,
            self.transactions,
            self.access,
            self.charging,
            self.faults,
            self.statuses,
            self.screen,
            self.memory.security_log,
            self.unlocking,
            self.effects,
        )
        self.line_events = LineEvents(
            self.connection,
            self.registration,
            self.conversation,
            self.status_reports,
            self.memory.timekeeping,
            self.memory.security_log,
            self.trust,
            self.own_certificate,
            self.effects,
        )
        self.transactions.refused = self.outlet_events.start_refused
        self.registration.listener = self.line_events

    # Parts without a state

    @property
    def awakening(self) -> Awakening:
        """What begins a life."""
        return Awakening(
            self.connectors,
            self.hardware,
            self.faults,
            self.screen,
            self.access,
            self.charging,
            self.memory.security_log,
            self.effects,
        )

    @property
    def display(self) -> Display:
        """What the screen shows."""
        return Display(
            self.configuration,
            self.connectors,
            self.hardware,
            self.screen,
            self.access,
            self.charging,
            self.faults,
            self.reservations,
            Signs(
                is_online=self.present.is_online,
                is_restarting=self.reset.is_running,
                is_updating=self.maintenance.is_installing,
                cost=self.costs.cost,
            ),
        )

    @property
    def inbound(self) -> Inbound:
        """Who answers requests."""
        triggers = Triggers(
            tuple(self.connectors),
            self.registration,
            self.status_reports,
            self.metering,
            self.calls,
            self.maintenance,
            offered=self._offered,
        )
        memory = self.memory
        return Inbound(
            memory,
            self.registration,
            self.availability,
            RemoteControl(
                self.configuration,
                self.connectors,
                self.transactions,
                self.access,
                self.charging,
                self.smart_charging,
                self.can_charge,
                self.present,
            ),
            self.reset,
            triggers,
            KeyEffects(self.configuration, self.connection, self.registration, memory.security_log).written,
            [
                self.reservations.rows,
                self.smart_charging.rows,
                self.maintenance.rows,
                self.costs.rows,
                self.unlocking.rows,
                self.trust.rows,
                self.own_certificate.rows,
                WhitePaper(triggers, self.maintenance, self.own_certificate, self.calls).rows,
            ],
        )

    # Questions

    def can_charge(self, connector_id: ConnectorId) -> bool:
        """Whether a new charge may begin at a connector, as far as the station knows (BOOT-15, CLK-04, ST-31)."""
        return (
            self.registration.was_ever_accepted
            and self.memory.timekeeping.is_synchronised
            and not self.reset.is_running
            and self.availability.admits(connector_id)
            and not self.faults.is_faulted(connector_id)
            and not self.faults.is_faulted(STATION)
        )

    def _reply(self, request: Request) -> Reply:
        return self.inbound.reply(request)

    def _papers(self) -> Papers | None:
        roots, own = self.trust.dialled, self.own_certificate.next_shown()
        if not roots and own is None:
            return None
        chain, private_key = ("", "") if own is None else (own.chain, own.private_key)
        return Papers(roots, chain, private_key, is_alone=self.trust.is_single)

    def _open_jobs(self) -> Jobs:
        return Jobs(
            self._product,
            self._settings,
            self.memory,
            self.trace,
            self.faults,
            self.calls,
            self.effects,
            self.reset,
            self.trust,
            self.present,
        )

    def _claimant(self, connector_id: ConnectorId) -> Claimant | None:
        return self.access.claimant(connector_id)

    def _has_said_all(self, now: Moment) -> bool:
        return not self.present.is_online or not self.conversation.has_more_to_say(now)

    def _list_conflict_found(self, now: Moment) -> None:
        self.status_reports.report_error(STATION, Error(ChargePointErrorCode.LOCAL_LIST_CONFLICT), now)


def _boot_notification(product: Product, settings: StationSettings, memory: Memory) -> BootNotification:
    """The four fields of the guide and no other (BOOT-02)."""
    return BootNotification(
        charge_point_vendor=product.vendor,
        charge_point_model=settings.model,
        charge_point_serial_number=settings.serial,
        firmware_version=memory.firmware_version,
    )
