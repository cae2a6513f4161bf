"""Knows who is expected where, and turns plugs, badges and remote starts into charges (AU, LA, RA, B1, B6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contactor.base.deadlines import earliest
from contactor.base.ids import ConnectorId, IdTag, same_tag
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import StopReason
from contactor.station.authorization import Authorization, Decision, is_presentable, same_group
from contactor.station.charging import Charging
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.reservations import Claim, Claimant, Reservations
from contactor.station.screen import Screen
from contactor.station.settings import StationSettings
from contactor.station.smart_charging.smart_charging import SmartCharging
from contactor.station.transactions import Transaction


@dataclass(slots=True)
class Expected:
    """A start that waits: for the answer about its badge, for its car, or both.

    `may_move` is a start that named no connector: it follows the car to whichever connector is plugged. `must_prove`
    says that the connector is reserved and only the badge's parent can show that it is meant (RSV-08).
    """

    id_tag: IdTag
    since_s: float
    may_move: bool = False
    is_authorised: bool = False
    parent: str | None = None
    must_prove: bool = False
    profile: ChargingProfile | None = None


_NONE: frozenset[ConnectorId] = frozenset()


class Access:
    """The driver's side of the station: at most one expected start for each connector."""

    __slots__ = ("_authorization", "_badge_before_plug", "_can_charge", "_charging", "_configuration", "_connectors",
                 "_effects", "_expected", "_free_start_tried", "_reservations", "_screen", "_settings",
                 "_smart_charging", "_waiting_since_s")  # fmt: skip

    def __init__(
        self,
        settings: StationSettings,
        configuration: Configuration,
        connectors: Mapping[ConnectorId, Connector],
        authorization: Authorization,
        charging: Charging,
        reservations: Reservations,
        smart_charging: SmartCharging,
        screen: Screen,
        effects: Effects,
        can_charge: Callable[[ConnectorId], bool],
        *,
        badge_before_plug: bool,
    ) -> None:
        self._settings = settings
        self._badge_before_plug = badge_before_plug
        self._configuration = configuration
        self._connectors = connectors
        self._authorization = authorization
        self._charging = charging
        self._reservations = reservations
        self._smart_charging = smart_charging
        self._screen = screen
        self._effects = effects
        self._can_charge = can_charge
        self._expected: dict[ConnectorId, Expected] = {}
        self._waiting_since_s: dict[ConnectorId, float] = {}
        self._free_start_tried = _NONE

    def is_expected(self, connector_id: ConnectorId) -> bool:
        """Whether a start waits at a connector."""
        return connector_id in self._expected

    def is_authorising(self, connector_id: ConnectorId) -> bool:
        """Whether the answer about a badge is awaited."""
        expected = self._expected.get(connector_id)
        return expected is not None and not expected.is_authorised

    def claimant(self, connector_id: ConnectorId) -> Claimant | None:
        """Whom a connector waits for; None while that one has yet to show that the reservation is theirs."""
        expected = self._expected.get(connector_id)
        return None if expected is None or expected.must_prove else Claimant(expected.id_tag, expected.parent)

    def may_claim(self, connector_id: ConnectorId, id_tag: IdTag, now: Moment) -> bool:
        """Whether reservations leave a badge a chance at a connector (RSV-07, RSV-14)."""
        claim = self._reservations.claim(connector_id, id_tag)
        if claim is Claim.BY_PARENT:
            parent = self._authorization.parent_known_here(id_tag, now)
            return parent is None or self._reservations.admits(connector_id, id_tag, parent)
        return claim is not Claim.REFUSED

    def is_kept_for(self, connector_id: ConnectorId, id_tag: IdTag) -> bool:
        """Whether a connector is reserved for this very badge, which is then expected there and not elsewhere."""
        return self._reservations.claim(connector_id, id_tag) is Claim.OWN

    # What drivers do

    def plugged(self, connector: Connector, now: Moment) -> None:
        """A car was connected: whoever is expected may begin."""
        connector.plug(now)
        self._screen.plugged(connector.id)
        self._visit_begins(connector.id)
        if self._charging.open_on(connector.id) is not None:
            self._charging.resume(connector)
            return
        self._move_expected_to(connector.id)
        if connector.id in self._expected:
            self._begin_if_ready(connector.id, now)

    def car_leaving(self, connector: Connector, now: Moment) -> bool:
        """The car was pulled off: end its transaction where the configuration says so (STP-06, STP-07).

        Returns whether a transaction ended, which shows as Finishing for a moment (ST-08).
        """
        transaction = self._charging.open_on(connector.id)
        # One that was refused ends with the visit in any case: nobody else could ever charge here (TX-05).
        ends = transaction is not None and (
            transaction.is_held_back or self._configuration.flag(Key.STOP_ON_EV_SIDE_DISCONNECT)
        )
        if ends:
            self._charging.end_unplugged(connector, now)
        return ends

    def unplugged(self, connector: Connector) -> None:
        """The car is gone, and nobody is expected with it."""
        self._expected.pop(connector.id, None)
        connector.unplug()
        self._screen.unplugged(connector.id)

    def badge(self, uid: str, now: Moment) -> None:
        """A badge was held to the reader: it starts or stops a charge at the connector it is meant for."""
        if not self._configuration.flag(Key.AUTHENTICATION_OCPP_MODE):
            return
        if not is_presentable(uid):
            self._effects.note("badge unreadable", characters=len(uid))
            return
        id_tag = IdTag(uid)
        connector_id = self._meant_connector(id_tag, now)
        if connector_id is None:
            self._effects.note("badge without a car", id_tag=uid)
            return
        transaction = self._charging.open_on(connector_id)
        if transaction is not None:
            self._stop_by_badge(transaction, id_tag, now)
        elif connector_id in self._expected:
            self._second_badge(connector_id, id_tag)
        elif not self._can_charge(connector_id):
            self._effects.note("badge refused", connector=connector_id, id_tag=id_tag, reason="not in service")
        else:
            may_move = not self._connectors[connector_id].is_plugged
            self.expect(connector_id, id_tag, now, authorise=True, may_move=may_move)

    def stop_pressed(self, connector: Connector, now: Moment) -> None:
        """The stop button on the screen."""
        if self._charging.open_on(connector.id) is not None:
            self._charging.end(connector, StopReason.LOCAL, now)

    # What waits

    def expect(
        self,
        connector_id: ConnectorId,
        id_tag: IdTag,
        now: Moment,
        *,
        authorise: bool,
        may_move: bool = False,
        profile: ChargingProfile | None = None,
    ) -> None:
        """Expect a start, asking about its badge first unless told otherwise (RS-04, RS-05).

        Where the connector is reserved for another badge of perhaps the same group, there is always a question.
        """
        if not self.may_claim(connector_id, id_tag, now):
            self._effects.note("badge refused", connector=connector_id, id_tag=id_tag, reason="reserved")
            return
        must_prove = self._reservations.claim(connector_id, id_tag) is Claim.BY_PARENT
        expected = Expected(id_tag, now.s, may_move=may_move, must_prove=must_prove, profile=profile)
        self._expected[connector_id] = expected

        def decided(decision: Decision, at: Moment) -> None:
            self._decided(expected, decision, at)

        if authorise or must_prove:
            self._authorization.decide(id_tag, now, decided, needs_parent=must_prove)
        else:
            decided(Decision(id_tag, is_accepted=True), now)

    def _begin_free_visit(self, connector: Connector, now: Moment) -> None:
        """Start without a badge, in the name the configuration gives everybody; once for each visit (D-26)."""
        id_tag = IdTag(self._configuration.text(Key.DEFAULT_ID_TAG) or "")
        if not self._reservations.admits(connector.id, id_tag, None):
            return  # kept for somebody else, whose visit this is not
        self._free_start_tried |= {connector.id}
        expected = Expected(id_tag, now.s)
        self._expected[connector.id] = expected
        self._authorization.decide_free(id_tag, now, lambda decision, at: self._decided(expected, decision, at))

    def drop(self, connector_id: ConnectorId) -> None:
        """Nobody is expected at a connector any more."""
        self._expected.pop(connector_id, None)

    def settle(self, now: Moment) -> None:
        """Give up what has waited too long, or waits at a connector that is out of service (AVL-08)."""
        for connector in self._connectors.values():
            if not (connector.is_plugged or connector.id in self._expected or connector.id in self._waiting_since_s):
                continue  # nobody is there
            if connector.id in self._expected and not self._can_charge(connector.id):
                self.drop(connector.id)
                self._visit_begins(connector.id)
            if self._is_free_start(connector):
                self._begin_free_visit(connector, now)
            self._note_waiting(connector, now)
            deadline_s = self._deadline_s(connector)
            if deadline_s is not None and deadline_s <= now.s:
                self._give_up(connector)

    @property
    def deadline_s(self) -> float | None:
        """When the next wait is over."""
        if not self._expected and not self._waiting_since_s:
            return None
        deadlines = [self._deadline_s(connector) for connector in self._connectors.values()]
        return earliest(deadlines)

    def _deadline_s(self, connector: Connector) -> float | None:
        expected = self._expected.get(connector.id)
        # Once the car is there, only the answer about the badge is awaited, and calls time out by themselves.
        since_s = self._waiting_since_s.get(connector.id) if expected is None else expected.since_s
        if since_s is None or (expected is not None and connector.is_plugged):
            return None
        timeout_s = self._configuration.number(Key.CONNECTION_TIME_OUT)
        return since_s + timeout_s if timeout_s else None

    def _note_waiting(self, connector: Connector, now: Moment) -> None:
        """Keep since when a car has waited for somebody to identify, while anybody may (B6)."""
        if (
            self._settings.finish_unauthorised
            and connector.id not in self._expected
            and self._could_begin(connector)
            and not self._reservations.is_reserved(connector.id)
        ):
            self._waiting_since_s.setdefault(connector.id, now.s)
        else:
            self._waiting_since_s.pop(connector.id, None)

    def _give_up(self, connector: Connector) -> None:
        expected = self._expected.pop(connector.id, None)
        if expected is not None:
            self._effects.note("start timed out", connector=connector.id, id_tag=expected.id_tag)
            return
        self._waiting_since_s.pop(connector.id)
        connector.is_over = True

    def _is_free_start(self, connector: Connector) -> bool:
        return (
            not self._configuration.flag(Key.AUTHENTICATION_OCPP_MODE)
            and connector.id not in self._expected
            and connector.id not in self._free_start_tried
            and self._could_begin(connector)
        )

    def _could_begin(self, connector: Connector) -> bool:
        """Whether a car stands there whose visit has not ended, and nothing but a name is missing."""
        return (
            connector.is_plugged
            and not connector.is_over
            and self._charging.open_on(connector.id) is None
            and self._can_charge(connector.id)
        )

    # How a start is decided

    def _decided(self, expected: Expected, decision: Decision, now: Moment) -> None:
        connector_id = next((each for each, waiting in self._expected.items() if waiting is expected), None)
        if connector_id is None:
            return  # unplugged, timed out or taken out of service meanwhile
        if not decision.is_accepted:
            del self._expected[connector_id]
            self._effects.note("badge refused", connector=connector_id, id_tag=expected.id_tag)
            return
        if not self._reservations.admits(connector_id, expected.id_tag, decision.parent):
            del self._expected[connector_id]
            self._effects.note("badge refused", connector=connector_id, id_tag=expected.id_tag, reason="reserved")
            return
        expected.is_authorised = True
        expected.must_prove = False
        expected.parent = decision.parent
        self._begin_if_ready(connector_id, now)

    def _begin_if_ready(self, connector_id: ConnectorId, now: Moment) -> None:
        expected, connector = self._expected[connector_id], self._connectors[connector_id]
        if expected.is_authorised and connector.is_plugged and self._can_charge(connector_id):
            del self._expected[connector_id]
            reservation = self._reservations.use(connector_id, expected.id_tag, expected.parent)
            self._charging.begin(connector, expected.id_tag, expected.parent, now, reservation)
            if expected.profile is not None:
                self._smart_charging.begin_with(connector_id, expected.profile)

    def _visit_begins(self, connector_id: ConnectorId) -> None:
        """One free start may be tried there."""
        if connector_id in self._free_start_tried:
            self._free_start_tried -= {connector_id}

    def _move_expected_to(self, connector_id: ConnectorId) -> None:
        if connector_id in self._expected or not self._can_charge(connector_id):
            return
        for waiting_at, expected in self._expected.items():
            is_free = expected.may_move and not self._connectors[waiting_at].is_plugged
            if is_free and self._reservations.admits(connector_id, expected.id_tag, expected.parent):
                self._expected[connector_id] = self._expected.pop(waiting_at)
                return

    def _meant_connector(self, id_tag: IdTag, now: Moment) -> ConnectorId | None:
        """The connector a badge is meant for: the only one with a car, or the one on the screen (LA-1..3)."""
        if self._screen.shown is not None:
            return self._screen.shown
        if not self._badge_before_plug:
            return None
        for connector_id, expected in self._expected.items():
            if same_tag(expected.id_tag, id_tag):
                return connector_id  # presented again (AU-08)
        usable = [
            each
            for each in self._connectors
            if each not in self._expected and self._can_charge(each) and self.may_claim(each, id_tag, now)
        ]
        return min(usable, key=lambda each: not self.is_kept_for(each, id_tag), default=None)

    def _second_badge(self, connector_id: ConnectorId, id_tag: IdTag) -> None:
        expected = self._expected[connector_id]
        # A second tap while the question is on its way is impatience; afterwards it is a change of mind (AU-08).
        if expected.is_authorised and same_tag(expected.id_tag, id_tag):
            self.drop(connector_id)

    # How a stop is decided

    def _stop_by_badge(self, transaction: Transaction, id_tag: IdTag, now: Moment) -> None:
        if same_tag(transaction.id_tag, id_tag):
            self._end(transaction, id_tag, now)  # and nobody is asked (AU-10)
        elif transaction.parent is None:
            self._effects.note("badge refused", connector=transaction.connector_id, id_tag=id_tag)  # AU-12
        else:
            self._authorization.decide(id_tag, now, lambda decision, at: self._group_decided(transaction, decision, at))

    def _group_decided(self, transaction: Transaction, decision: Decision, now: Moment) -> None:
        if transaction.is_stopped:
            return
        if decision.is_accepted and same_group(transaction.parent, decision.parent):
            self._end(transaction, decision.id_tag, now)  # AU-11
        else:
            self._effects.note("badge refused", connector=transaction.connector_id, id_tag=decision.id_tag)

    def _end(self, transaction: Transaction, id_tag: IdTag, now: Moment) -> None:
        self._charging.end(self._connectors[transaction.connector_id], StopReason.LOCAL, now, id_tag)
