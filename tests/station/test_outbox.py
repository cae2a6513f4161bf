"""Transaction-related messages on their way: attempts, waits, order, and what survives (Q)."""

import json
from datetime import UTC, datetime

import pytest

from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId, IdTag
from contactor.guide.load import load_product
from contactor.ocpp.codec import Written
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.messages import MeterValues, Result, StartTransaction, StopTransaction
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.outbox import CAPACITY, Outbox
from contactor.station.store.memory import MemoryStore
from contactor.station.store.port import StoreError
from tests.station.bench import Bench, Frame, Refusal

TRANSACTION_MESSAGES = ("StartTransaction", "StopTransaction", "MeterValues")


def sent(bench: Bench, action: str) -> list[Frame]:
    return [frame for frame in bench.frames if frame.action == action]


def owed_order(bench: Bench) -> list[str]:
    """The transaction-related messages as they first went out."""
    seen: dict[str, str] = {}
    for frame in bench.frames:
        if frame.action in TRANSACTION_MESSAGES:
            seen.setdefault(frame.message_id, frame.action)
    return list(seen.values())


def test_q_01_stp_10_everything_of_an_offline_charge_is_delivered_later() -> None:
    """Q-01, STP-10, TX-07: start, samples and stop, in this order, under the id of the start's answer."""
    bench = Bench(initial={"disconnectedMeterValueSampleInterval": "100"})
    bench.lose_line()
    bench.charge(for_s=250)
    bench.badge()
    bench.wait(10)
    assert owed_order(bench) == []
    bench.repair_line()
    bench.wait(5)
    assert owed_order(bench) == ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]
    assert [each["transactionId"] for each in bench.calls("MeterValues")] == [101, 101]
    assert bench.calls("StopTransaction")[0]["transactionId"] == 101
    # What happened offline keeps its own times.
    assert bench.calls("StartTransaction")[0]["timestamp"] == "2026-03-01T12:00:00Z"


def test_q_02_two_connectors_share_one_queue_in_the_order_of_events() -> None:
    """Q-02: chronological for the whole station, not per connector."""
    bench = Bench(initial={"disconnectedMeterValueSampleInterval": "60"})
    bench.lose_line()
    bench.charge(1, "TAG-1", for_s=30)
    bench.charge(2, "TAG-2", for_s=70)
    bench.badge("TAG-2")
    bench.wait(10)
    bench.unplug(1)
    bench.repair_line()
    bench.wait(5)
    messages = [frame for frame in bench.frames if frame.action in TRANSACTION_MESSAGES]
    told = [(frame.action, frame.payload.get("connectorId")) for frame in messages]
    assert told == [
        ("StartTransaction", 1),
        ("StartTransaction", 2),
        ("MeterValues", 1),
        ("MeterValues", 2),
        ("StopTransaction", None),
        ("StopTransaction", None),
    ]
    assert [each["transactionId"] for each in bench.calls("StopTransaction")] == [102, 101]


def test_q_02_new_messages_wait_behind_a_backlog_that_is_replayed_one_by_one() -> None:
    """Q-02, RPC-02: at no time are two calls open, and what is new comes last."""
    bench = Bench(initial={"disconnectedMeterValueSampleInterval": "5", "MeterValueSampleInterval": "0"})
    bench.lose_line()
    bench.charge(for_s=300)
    bench.answers["MeterValues"] = None
    bench.repair_line()
    bench.wait(20)
    waiting = sent(bench, "MeterValues")
    assert len(waiting) == 1  # the first is unanswered, so no second one is on its way
    bench.badge()
    bench.wait(5)
    bench.answers["MeterValues"] = {}
    bench.says([3, waiting[0].message_id, {}])
    bench.wait(5)
    assert owed_order(bench)[-1] == "StopTransaction"
    assert owed_order(bench).count("MeterValues") >= 60


def test_q_03_nobody_waits_for_a_backlog() -> None:
    """Q-03: with some 500 messages owed, the Authorize of a badge is the next call."""
    bench = Bench(initial={"disconnectedMeterValueSampleInterval": "5", "MeterValueSampleInterval": "0"})
    bench.lose_line()
    bench.charge(1, for_s=2500)
    bench.answers["StartTransaction"] = None
    bench.repair_line()
    bench.plug(2)
    bench.badge("TAG-2")
    assert bench.station.messages_owed > 450
    (start,) = sent(bench, "StartTransaction")
    since = len(bench.frames)
    bench.answers["StartTransaction"] = bench._start_answer
    bench.says([3, start.message_id, {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}])
    bench.wait(5)
    assert bench.actions(since)[0] == "Authorize"
    assert bench.actions(since).index("StatusNotification") < bench.actions(since).index("StartTransaction")


def refused_at(bench: Bench, action: str) -> list[float]:
    frames = sent(bench, action)
    return [frame.at_s - frames[0].at_s for frame in frames]


@pytest.mark.parametrize(
    ("attempts", "interval", "expected"),
    [
        ("2", "10", [0, 10]),
        ("3", "60", [0, 60, 180]),
        ("1", "60", [0]),
        ("0", "60", [0]),
        ("4", "0", [0, 0, 0, 0]),
    ],
    ids=["Q-04 defaults", "Q-04 of the specification", "Q-04 one", "Q-04 none is one", "Q-04 at once"],
)
def test_q_04_a_refused_message_is_sent_so_often_and_then_given_up(
    attempts: str, interval: str, expected: list[float]
) -> None:
    """Q-04: TransactionMessageAttempts in all; the wait is TransactionMessageRetryInterval times those made."""
    keys = {"TransactionMessageAttempts": attempts, "TransactionMessageRetryInterval": interval}
    bench = Bench(initial={**keys, "MeterValueSampleInterval": "0"})
    bench.answers["StartTransaction"] = Refusal()
    bench.charge(for_s=400)
    assert refused_at(bench, "StartTransaction") == expected
    assert bench.station.messages_owed == 0


def test_q_04_an_unusable_answer_is_a_failure_too() -> None:
    """Q-04: an answer that breaks the schema has not processed anything."""
    bench = Bench(initial={"MeterValueSampleInterval": "0"})
    bench.answers["StopTransaction"] = {"status": "fine"}
    bench.charge(for_s=10)
    bench.badge()
    bench.wait(60)
    assert refused_at(bench, "StopTransaction") == [0, 10]


def test_q_05_a_time_out_on_a_living_line_is_a_failed_attempt() -> None:
    """Q-05: 30 s without an answer, the wait of 10 s, another 30 s, then it is given up."""
    bench = Bench(initial={"MeterValueSampleInterval": "0"})
    bench.answers["StopTransaction"] = None
    bench.charge(for_s=10)
    bench.badge()
    bench.wait(200)
    assert refused_at(bench, "StopTransaction") == [0, 40]
    assert bench.station.messages_owed == 0


def test_q_06_a_lost_line_is_no_attempt() -> None:
    """Q-06: the message keeps its place and all its attempts, however often the line breaks."""
    bench = Bench(initial={"MeterValueSampleInterval": "0", "TransactionMessageAttempts": "1"})
    bench.answers["StartTransaction"] = None
    bench.charge(for_s=5)
    for _ in range(5):
        bench.lose_line()
        bench.repair_line()
        bench.wait(1)
    assert bench.station.messages_owed == 1
    bench.answers["StartTransaction"] = bench._start_answer
    bench.lose_line()
    bench.repair_line()
    bench.wait(1)
    assert bench.station.messages_owed == 0
    assert len({frame.message_id for frame in sent(bench, "StartTransaction")}) == 1


def test_q_07_while_the_head_waits_others_overtake_and_the_queue_does_not() -> None:
    """Q-07: a Heartbeat flows in the pause; the sample and the stop come after the start."""
    keys = {"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "60"}
    bench = Bench(initial={**keys, "MeterValueSampleInterval": "20"})
    good = bench.answers["StartTransaction"]
    bench.answers["StartTransaction"] = Refusal()
    bench.set("HeartbeatInterval", "10")
    bench.charge(for_s=30)
    bench.badge()
    bench.wait(5)
    assert len(bench.calls("Heartbeat")) == 3
    assert owed_order(bench) == ["StartTransaction"]
    bench.answers["StartTransaction"] = good
    bench.wait(30)
    assert owed_order(bench) == ["StartTransaction", "MeterValues", "StopTransaction"]


@pytest.mark.parametrize("action", TRANSACTION_MESSAGES)
@pytest.mark.parametrize("cut", [False, True], ids=["refused", "power cut"])
def test_q_08_a_retransmission_is_the_same_message(action: str, cut: bool) -> None:
    """Q-08: same id, same payload, original timestamps; over a power cut as well."""
    bench = Bench(initial={"MeterValueSampleInterval": "20"})
    bench.answers[action] = None if cut else Refusal()
    bench.charge(for_s=30)
    bench.badge()
    bench.wait(15)
    if cut:
        bench.power_cut(5)
    bench.wait(60)
    first, second, *_ = sent(bench, action)
    assert (first.message_id, first.payload) == (second.message_id, second.payload)


def test_q_09_the_number_of_attempts_outlasts_a_power_cut() -> None:
    """Q-09: what was tried once is not tried for ever by cutting the power."""
    bench = Bench(initial={"MeterValueSampleInterval": "0"})
    bench.answers["StartTransaction"] = Refusal()
    bench.charge(for_s=5)
    bench.power_cut()
    bench.wait(60)
    assert len(sent(bench, "StartTransaction")) == 2


def test_q_11_the_queue_waits_for_the_acceptance() -> None:
    """Q-11: a Pending boot with messages owed sends none of them."""
    bench = Bench()
    bench.charge(for_s=5)
    bench.answers["BootNotification"] = lambda _: {
        "status": "Pending",
        "currentTime": bench.instant_text,
        "interval": 60,
    }
    since = len(bench.frames)
    bench.power_cut()
    bench.wait(59)
    assert bench.station.messages_owed == 1
    assert bench.actions(since) == ["BootNotification"]


def test_q_13_new_attempts_count_for_the_next_failure() -> None:
    """Q-13: raised from 2 to 5 between the first failure and the second."""
    bench = Bench(initial={"MeterValueSampleInterval": "0"})
    bench.answers["StartTransaction"] = Refusal()
    bench.charge(for_s=5)
    bench.set("TransactionMessageAttempts", "5")
    bench.set("TransactionMessageRetryInterval", "1")
    bench.wait(60)
    assert refused_at(bench, "StartTransaction") == [0, 10, 12, 15, 19]


# What is kept of it

CONNECTOR = ConnectorId(1)
INSTANT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def an_outbox(store: MemoryStore) -> Outbox:
    product = load_product()
    configuration = Configuration(product, product.models["EVD1S60TBB"], {}, store)
    return Outbox(store, configuration, Dice(1).message_id)


@pytest.fixture
def outbox(store: MemoryStore) -> Outbox:
    return an_outbox(store)


def reading(number: int) -> MeterValues:
    value = MeterValue(timestamp=INSTANT, sampled_value=(SampledValue(value=str(number)),))
    return MeterValues(connector_id=CONNECTOR, transaction_id=-1, meter_value=(value,))


def start() -> StartTransaction:
    return StartTransaction(connector_id=CONNECTOR, id_tag=IdTag("T"), meter_start=0, timestamp=INSTANT)


def stop() -> StopTransaction:
    return StopTransaction(transaction_id=-1, meter_stop=0, timestamp=INSTANT)


class Ledger:
    """A book in which every transaction is number 7 at the central system; it writes nothing down."""

    def central_id(self, _transaction: int) -> int:
        return 7

    def start_answered(self, _transaction: int, _result: Result, _now: Moment) -> None: ...

    def start_given_up(self, _transaction: int, _now: Moment) -> None: ...

    def stop_settled(self, _transaction: int, _result: Result | None, _now: Moment) -> None: ...


def told(outbox: Outbox) -> dict[str, object]:
    """The payload of the next message as it goes over the wire."""
    errand = outbox.next(Ledger(), Moment(0.0, INSTANT))
    assert errand is not None
    assert isinstance(errand.request, Written)
    payload: dict[str, object] = json.loads(errand.request.payload)
    return payload


def test_tx_07_a_text_that_looks_like_an_id_stays_as_it_is(outbox: Outbox) -> None:
    """TX-07: the id of the start's answer goes into its field and nowhere else."""
    text = '"transactionId":-1'
    value = MeterValue(timestamp=INSTANT, sampled_value=(SampledValue(value=text),))
    outbox.put(StopTransaction(transaction_id=-1, meter_stop=0, timestamp=INSTANT, transaction_data=(value,)), 1)
    payload = told(outbox)
    assert payload["transactionId"] == 7
    assert payload["transactionData"] == [{"timestamp": "2026-03-01T00:00:00Z", "sampledValue": [{"value": text}]}]


def entry(**changes: object) -> bytes:
    """A row of the outbox as earlier versions wrote it."""
    payload = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "2026-03-01T00:00:00.250000Z"}
    row = {"number": 1, "action": "StartTransaction", "payload": payload, "message_id": "m", "transaction": 1}
    return json.dumps(row | changes).encode()


def test_rpc_13_what_an_earlier_version_kept_goes_out_as_the_wire_wants_it(store: MemoryStore) -> None:
    """RPC-13: three digits of a second at most."""
    store.put("outbox", "000000000001", entry())
    store.commit()
    assert told(an_outbox(store))["timestamp"] == "2026-03-01T00:00:00.250Z"


@pytest.mark.parametrize("changes", [{"payload": {"connectorId": "one"}}, {"action": "Sing"}])
def test_a_row_that_is_no_message_is_named(store: MemoryStore, changes: dict[str, object]) -> None:
    store.put("outbox", "000000000001", entry(**changes))
    store.commit()
    with pytest.raises(StoreError, match="stored outbox '000000000001' cannot be read"):
        an_outbox(store)


def test_q_10_a_full_outbox_thins_out_readings_and_keeps_starts_and_stops(outbox: Outbox, store: MemoryStore) -> None:
    """Q-10: 12 000 samples in two transactions; every second one of the oldest goes, the newest are all there."""
    outbox.put(start(), 1)
    for number in range(6000):
        outbox.put(reading(number), 1)
    outbox.put(stop(), 1)
    outbox.put(start(), 2)
    for number in range(6000):
        outbox.put(reading(number), 2)
    outbox.put(stop(), 2)
    assert len(outbox) <= CAPACITY
    store.commit()
    left = [json.loads(row) for row in store.rows("outbox").values()]
    assert [each["action"] for each in left if each["action"] != "MeterValues"] == [
        "StartTransaction",
        "StopTransaction",
        "StartTransaction",
        "StopTransaction",
    ]
    readings = [each["transaction"] for each in left if each["action"] == "MeterValues"]
    assert (readings.count(1), readings.count(2)) == (3000, 6000)


def test_q_10_starts_and_stops_alone_are_never_dropped(outbox: Outbox) -> None:
    """Q-10: money is worth more than a bound."""
    for transaction in range(CAPACITY // 2 + 10):
        outbox.put(start(), transaction)
        outbox.put(stop(), transaction)
    assert len(outbox) == CAPACITY + 20


def test_q_10_se_01_an_outbox_nearly_full_is_a_security_event() -> None:
    """Q-10, MemoryExhaustion: told once, and again only after it was emptied well."""
    bench = Bench(initial={"ClockAlignedDataInterval": "1", "MeterValueSampleInterval": "0"})
    bench.lose_line()
    bench.wait(4600)
    assert bench.logged().count("MemoryExhaustion") == 1
    bench.wait(1000)
    assert bench.station.messages_owed <= CAPACITY
    bench.repair_line()
    bench.wait(60)
    assert bench.station.messages_owed == 0
    assert [each["type"] for each in bench.calls("SecurityEventNotification")].count("MemoryExhaustion") == 1
