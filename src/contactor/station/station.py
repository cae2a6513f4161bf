"""The station: one event in, effects out, and the order in which the parts work.

`handle` takes one event and gives back effects. In between the event goes to the parts it concerns, then everything
derived from it settles in a fixed order, then the store is committed; only then may effects leave. Most events are no
news: a time has come, or a report has arrived. Then only those settle whose time it is, and those who talk. Who the
parts are, and who uses whom, stands in parts.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

from contactor.base.deadlines import earliest
from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId
from contactor.guide.entries import Product
from contactor.hardware.port import Hardware
from contactor.station import events, line_events, outlet_events
from contactor.station.display import View
from contactor.station.effects import Effect
from contactor.station.events import Event, Moment
from contactor.station.parts import Parts
from contactor.station.settings import StationSettings
from contactor.station.store.port import Store


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

    __slots__ = ("_facts_due_s", "_parts", "_was_online", "availability", "configuration", "connection", "connectors",
                 "costs", "faults", "firmware_version", "registration", "reservations", "screen",
                 "smart_charging", "transactions")  # fmt: skip

    def __init__(
        self,
        product: Product,
        settings: StationSettings,
        hardware: Hardware,
        store: Store,
        dice: Dice,
        moment: Moment,
    ) -> None:
        self._parts = parts = Parts(product, settings, hardware, store, dice, moment)
        self.configuration = parts.configuration
        self.transactions = parts.transactions
        self.connectors = parts.connectors
        self.screen = parts.screen
        self.costs = parts.costs
        self.connection = parts.connection
        self.registration = parts.registration
        self.reservations = parts.reservations
        self.availability = parts.availability
        self.faults = parts.faults
        self.smart_charging = parts.smart_charging
        self.firmware_version = parts.memory.firmware_version
        self._was_online = False
        self._facts_due_s: float | None = None

    # What the world sees

    @property
    def is_online(self) -> bool:
        """Connected to a central system that has accepted this station."""
        return self._parts.present.is_online

    @property
    def calls_waiting(self) -> int:
        """How many calls wait to be sent, apart from what is owed."""
        return self._parts.conversation.calls_waiting

    @property
    def messages_owed(self) -> int:
        """How many transaction-related messages the central system has not confirmed."""
        return len(self._parts.memory.outbox)

    @property
    def deadline_s(self) -> float | None:
        """When to handle `DeadlineReached`, in monotonic seconds; None while only events can change anything."""
        parts = self._parts
        line = parts.conversation if parts.connection.is_up else parts.connection
        return earliest((self._facts_due_s, parts.metering.deadline_s, line.deadline_s, parts.reset.deadline_s))

    @property
    def follows_hardware(self) -> bool:
        """Whether the software wants to look whenever the hardware has gone on, even if that told nothing."""
        return self.smart_charging.follows_demand

    def view(self, moment: Moment) -> View:
        """What the charger's display shows at a moment."""
        return self._parts.display.view(self._parts.memory.timekeeping.corrected(moment))

    def is_expected(self, connector_id: ConnectorId) -> bool:
        """Whether a start waits at a connector, for its car or for the answer about its badge."""
        return self._parts.access.is_expected(connector_id)

    def is_waiting_for_car(self, connector_id: ConnectorId) -> bool:
        """Whether a driver whose badge was accepted has yet to plug in."""
        is_plugged = self.connectors[connector_id].is_plugged
        return self.is_expected(connector_id) and not is_plugged and not self._parts.access.is_authorising(connector_id)

    def can_charge(self, connector_id: ConnectorId) -> bool:
        """Whether a new charge may begin at a connector as far as the station itself is concerned."""
        return self._parts.can_charge(connector_id)

    def handle(self, event: Event, moment: Moment) -> list[Effect]:
        """Take one event; return what the world has to do about it, in order.

        Raises:
            StoreError: the state could not be written; nothing of the event may leave, and this object is spent:
                make a new station from the store.
        """
        parts = self._parts
        timekeeping = parts.memory.timekeeping
        offset = timekeeping.offset
        parts.present.now = now = timekeeping.corrected(moment)
        trace = parts.trace
        if trace.is_kept:
            trace.saw(event, now)
        step_s = timekeeping.step_s(moment)
        if step_s:
            parts.line_events.clock_was_set(step_s, now)
        is_news = _HANDLERS[type(event)](parts, event, now) or step_s != 0
        is_news |= parts.conversation.expire(now)
        if timekeeping.offset is not offset:
            # An answer has set the clock; what follows from the time goes by the new one at once (CLK-01).
            parts.present.now = now = timekeeping.corrected(moment)
            is_news = True
        self._settle(now, is_news=is_news)
        parts.memory.store.commit()
        effects = parts.effects.take()
        if trace.is_kept:
            trace.did(effects, now)
        return effects

    def _settle(self, now: Moment, *, is_news: bool) -> None:
        parts = self._parts
        if parts.present.is_online is not self._was_online:
            self._notice_the_line(now)
            is_news = True
        facts_due_s = self._facts_due_s
        if is_news or (facts_due_s is not None and facts_due_s <= now.s):
            self._settle_facts(now)
        sample_due_s = parts.metering.deadline_s
        if is_news or (sample_due_s is not None and sample_due_s <= now.s):
            parts.metering.settle(now)
            parts.conversation.watch_memory(now)
        if not parts.connection.is_up:
            parts.connection.settle(now)
        parts.conversation.settle(now)
        if parts.reset.deadline_s is not None:
            parts.reset.settle(now)  # last: nothing follows a restart

    def _settle_facts(self, now: Moment) -> None:
        """Everything that a status or the current can follow from, and that time alone changes at its deadline only."""
        parts = self._parts
        parts.charging.settle(now)
        parts.unlocking.settle()
        parts.maintenance.settle(now)
        parts.own_certificate.settle(now)
        parts.availability.settle()
        parts.reservations.settle(now)
        parts.access.settle(now)
        parts.smart_charging.settle(now)
        self.costs.settle()
        parts.statuses.settle(now)
        deadlines = (
            parts.charging.deadline_s,
            parts.maintenance.deadline_s,
            parts.own_certificate.deadline_s,
            parts.reservations.deadline_s,
            parts.access.deadline_s,
            parts.smart_charging.deadline_s,
            parts.status_reports.deadline_s,
        )
        self._facts_due_s = earliest(deadlines)

    def _notice_the_line(self, now: Moment) -> None:
        """The central system has come within reach, or is gone."""
        self._was_online = not self._was_online
        if self._was_online:
            self._parts.metering.came_online()
        else:
            self._parts.metering.went_offline(now)


# What handles an event says whether it was news: whether anything may have changed but what is still to be said.


def _powered_on(parts: Parts, event: events.PoweredOn, now: Moment) -> bool:
    parts.awakening.wake(event.cause, now)
    parts.maintenance.powered_on(now)
    return True


def _deadline_reached(parts: Parts, _event: events.DeadlineReached, now: Moment) -> bool:
    """Settling is enough; only what vehicles ask for can be news that the hardware does not tell."""
    return parts.smart_charging.follows_demand and parts.smart_charging.settle(now)


def _restart_failed(parts: Parts, event: events.RestartFailed, _now: Moment) -> bool:
    parts.reset.failed(event.reason)
    return True


def _security_log_cleared(parts: Parts, _event: events.SecurityLogCleared, now: Moment) -> bool:
    parts.memory.security_log.clear(now)
    return True


def _transfer_finished(parts: Parts, event: events.TransferFinished, now: Moment) -> bool:
    parts.maintenance.jobs.transfers.finished(event, now)
    return True


def _transfer_failed(parts: Parts, event: events.TransferFailed, now: Moment) -> bool:
    parts.maintenance.jobs.transfers.failed(event, now)
    return True


def _text_received(parts: Parts, event: events.TextReceived, now: Moment) -> bool:
    return parts.conversation.received(event.text, now)


def _about_line(parts: Parts, event: Event, now: Moment) -> bool:
    return parts.line_events.handle(event, now)


def _about_outlet(parts: Parts, event: Event, now: Moment) -> bool:
    parts.outlet_events.handle(event, now)
    return True


# Any: each handler takes its own kind of event.
_HANDLERS: Mapping[type[Event], Callable[[Parts, Any, Moment], bool]] = {
    events.PoweredOn: _powered_on,
    events.DeadlineReached: _deadline_reached,
    events.RestartFailed: _restart_failed,
    events.SecurityLogCleared: _security_log_cleared,
    events.TextReceived: _text_received,
    events.TransferFinished: _transfer_finished,
    events.TransferFailed: _transfer_failed,
    **dict.fromkeys(line_events.KINDS, _about_line),
    **dict.fromkeys(outlet_events.KINDS, _about_outlet),
}
