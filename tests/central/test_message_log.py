"""The log of messages: every text with its direction, action and latency, and never a secret (CS-25)."""

from pathlib import Path

import pytest

from contactor.central.message_log import BATCH, MessageFilter, MessageView, read_messages
from contactor.ocpp.messages import ChangeConfiguration
from tests.central.bench import STATION, CentralBench, Line, central_in


def logged(central: CentralBench) -> list[MessageView]:
    """What is in the log, the oldest first."""
    central.sessions.messages.write()
    return list(read_messages(central.engine, MessageFilter(STATION)))[::-1]


def test_cs_25_both_ways_are_logged_with_action_and_latency(tmp_path: Path) -> None:
    with central_in(tmp_path, log_messages=True) as central:
        line = central.connect_accepted()
        central.writer.is_held = True
        line.call("Authorize", {"idTag": "T"}, "m9")
        central.clock.advance(0.25)
        central.writer.is_held = False
        central.writer.commit()
        call, answer = logged(central)[-2:]
        assert (call.direction, call.action, call.message_id, call.took_ms) == ("in", "Authorize", "m9", None)
        assert call.frame == '[2, "m9", "Authorize", {"idTag": "T"}]'
        assert (answer.direction, answer.action, answer.took_ms) == ("out", "Authorize", 250.0)
        assert answer.at > call.at


def test_cs_25_a_key_is_masked_in_our_call_as_in_what_a_station_says(tmp_path: Path) -> None:
    key = "000102030405060708090a0b0c0d0e0f"
    with central_in(tmp_path, log_messages=True) as central:
        line = central.connect_accepted()
        request = ChangeConfiguration(key="AuthorizationKey", value=key)
        line.session.call(request, lambda _outcome: None)
        line.answer({"status": "Accepted"})
        call, answer = logged(central)[-2:]
        assert (call.action, answer.action, answer.direction) == ("ChangeConfiguration", "ChangeConfiguration", "in")
        assert '"***"' in call.frame
    assert key.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("text", ["[", "[2]", '{"a":1}', "[[],1]", "[3,1]", "\u0000x"])
def test_what_is_no_frame_is_logged_as_it_came(tmp_path: Path, text: str) -> None:
    with central_in(tmp_path, log_messages=True) as central:
        line: Line = central.connect_accepted()
        line.say(text)
        odd = logged(central)[2]
        assert (odd.action, odd.message_id, odd.frame) == ("", "", text.replace("\u0000", "\ufffd"))


def test_the_log_is_off_unless_it_is_wanted(tmp_path: Path) -> None:
    with central_in(tmp_path) as central:
        central.connect_accepted()
        assert logged(central) == []


def test_a_full_batch_does_not_wait_for_the_second_to_end(tmp_path: Path) -> None:
    with central_in(tmp_path, log_messages=True) as central:
        line = central.connect_accepted()
        for _ in range(BATCH // 2):
            line.ask("Heartbeat")
        first = list(read_messages(central.engine, MessageFilter(STATION), limit=5000))
        assert len(first) == BATCH
        assert list(read_messages(central.engine, MessageFilter(STATION), before=first[-1].number)) == []
