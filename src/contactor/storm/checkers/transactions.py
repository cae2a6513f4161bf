"""Every transaction that a station began is in the ledger once, with its start, its stop and all readings, in order."""

from collections.abc import Iterator, Sequence

from contactor.storm.checkers.charges import Charge, Charges, by_identity
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt, Json, LedgerTransaction, Record, StationLook, ms_of
from contactor.storm.frame import Direction, Frame


class TransactionsAreKept(Checker):
    """Compares what stations undertook to deliver with what the ledger holds."""

    invariant = "transactions are kept"
    actions = frozenset({"MeterValues"})

    def __init__(self) -> None:
        super().__init__()
        self._charges = Charges()
        self._owed: set[tuple[str, str]] = set()
        self._asked_for: set[tuple[str, int, tuple[str, ...]]] = set()

    def heard(self, frame: Frame) -> None:
        """A reading that was asked for is said once, and owed by nobody (TRG-06)."""
        is_said = frame.is_call and frame.direction is Direction.OUT and frame.action == "MeterValues"
        if is_said and (frame.station, frame.message_id) not in self._owed:
            self._asked_for.update((frame.station, *reading) for reading in _readings_of(frame.payload))

    def owed(self, debt: Debt) -> None:
        """Remember it."""
        self._owed.add((debt.station, debt.message_id))
        self._charges.owed(debt)

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each charge has its transaction."""
        kept = by_identity(record.transactions)
        for (station, number), charge in self._charges.items():
            identity = charge.identity
            if charge.start is None or identity is None:
                self.complain(station, 0.0, f"charge {number} has messages, and no start")
                continue
            found = kept.get(identity, [])
            if len(found) != 1:
                what = f"charge {number} {dict(charge.start.payload)} is in the ledger {len(found)} times"
                self.complain(station, charge.start.at_s, what)
                continue
            self._compare_stop(charge, found[0])
            self._compare_readings(charge, found[0])

    def _compare_stop(self, charge: Charge, kept: LedgerTransaction) -> None:
        for stop in charge.stops[-1:]:
            told = (ms_of(stop.payload["timestamp"]), stop.payload["meterStop"], stop.payload.get("reason", "Local"))
            has = (kept.stopped_at_ms, kept.meter_stop_wh, kept.stop_reason)
            if told != has:
                what = f"transaction {kept.transaction_id} was stopped as {told}, the ledger has {has}"
                self.complain(stop.station, stop.at_s, what)

    def _compare_readings(self, charge: Charge, kept: LedgerTransaction) -> None:
        # The same values at the same instant are one reading (CS-06), however often they were told.
        told = {reading for debt in (*charge.readings, *charge.stops) for reading in _readings_of(debt.payload)}
        has = {(each.taken_at_ms, each.values) for each in kept.readings}
        missing = sorted(told - has)
        extra = [each for each in has - told if (kept.station, *each) not in self._asked_for]
        if missing or extra:
            what = (
                f"transaction {kept.transaction_id} has {len(has)} readings of {len(told)}; "
                f"missing {missing[:2]}, extra {extra[:2]}"
            )
            self.complain(kept.station, charge.start.at_s if charge.start else 0.0, what)


def _readings_of(payload: Json) -> Iterator[tuple[int, tuple[str, ...]]]:
    """A message's readings; a stop may bring the whole charge's once more (transactionData)."""
    for value in payload.get("meterValue", payload.get("transactionData", ())):
        yield ms_of(value["timestamp"]), tuple(sample["value"] for sample in value["sampledValue"])
