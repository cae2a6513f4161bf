"""The rules of calls and answers, both directions, in literal texts and virtual seconds (RPC-01 to RPC-15)."""

from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactor.base.errors import BrokenPromise
from contactor.base.ids import IdTag
from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus, ResetStatus, ResetType
from contactor.ocpp.errors import ErrorCode
from contactor.ocpp.messages import (
    Authorize,
    AuthorizeResult,
    Heartbeat,
    HeartbeatResult,
    Request,
    Reset,
    ResetResult,
    Result,
)
from contactor.ocpp.peer import (
    CallAnswered,
    CallFailed,
    CallInvalid,
    CallOutstanding,
    CallReceived,
    CallTimedOut,
    FrameIgnored,
    Peer,
)
from tests.ocpp.messages_made import messages

TEN = datetime(2026, 5, 1, 10, tzinfo=UTC)
CLOCK = HeartbeatResult(current_time=TEN)
GOOD = AuthorizeResult(id_tag_info=IdTagInfo(status=AuthorizationStatus.ACCEPTED))


def station() -> Peer:
    numbers = count(1)
    return Peer(Side.STATION, lambda: f"s{next(numbers)}", call_timeout_s=30.0)


def central(supported: tuple[str, ...] | None = None) -> Peer:
    numbers = count(1)
    return Peer(Side.CENTRAL, lambda: f"c{next(numbers)}", supported=supported)


def test_rpc_01_each_call_gets_a_fresh_id() -> None:
    peer = station()
    assert peer.call(Heartbeat(), 0.0) == b'[2,"s1","Heartbeat",{}]'
    peer.link_lost()
    assert peer.call(Authorize(id_tag=IdTag("AB")), 0.0) == b'[2,"s2","Authorize",{"idTag":"AB"}]'


def test_rpc_01_q_08_a_retransmission_keeps_its_id_and_a_late_first_answer_serves_it() -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    peer.expire(30.0)
    assert peer.call(Heartbeat(), 40.0, message_id="s1") == b'[2,"s1","Heartbeat",{}]'
    event = peer.receive(b'[3,"s1",{"currentTime":"2026-05-01T10:00:00Z"}]', 41.0)
    assert event == CallAnswered("s1", Heartbeat(), CLOCK, 1.0)


def test_rpc_01_an_id_of_ours_longer_than_36_characters_is_a_broken_promise() -> None:
    peer = station()
    with pytest.raises(BrokenPromise, match="longer than 36"):
        peer.call(Heartbeat(), 0.0, message_id="x" * 37)
    assert not peer.is_calling


def test_rpc_02_a_second_call_waits_for_the_first() -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    with pytest.raises(CallOutstanding, match="Authorize cannot be called: Heartbeat is unanswered"):
        peer.call(Authorize(id_tag=IdTag("AB")), 1.0)
    peer.receive(b'[3,"s1",{"currentTime":"2026-05-01T10:00:00Z"}]', 2.0)
    assert peer.call(Authorize(id_tag=IdTag("AB")), 3.0).startswith(b'[2,"s2"')


def test_rpc_02_what_the_other_side_sends_is_not_ours_to_call() -> None:
    with pytest.raises(BrokenPromise, match="Reset is not for the station to send"):
        station().call(Reset(type=ResetType.SOFT), 0.0)


def test_rpc_02_a_call_that_cannot_be_written_leaves_nothing_open() -> None:
    peer = station()
    with pytest.raises(BrokenPromise, match="Authorize cannot be sent"):
        peer.call(Authorize(id_tag=IdTag("x" * 21)), 0.0)
    assert not peer.is_calling


def test_rpc_03_a_call_that_crosses_ours_is_taken_and_answered_at_once() -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    event = peer.receive(b'[2,"c1","Reset",{"type":"Soft"}]', 1.0)
    assert event == CallReceived("c1", ACTIONS["Reset"], Reset(type=ResetType.SOFT))
    assert peer.answer("c1", ResetResult(status=ResetStatus.ACCEPTED)) == b'[3,"c1",{"status":"Accepted"}]'
    assert peer.is_calling


def test_rpc_03_the_same_id_in_both_directions_is_two_calls() -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0, message_id="1")
    assert isinstance(peer.receive(b'[2,"1","Reset",{"type":"Soft"}]', 1.0), CallReceived)
    assert isinstance(peer.receive(b'[3,"1",{"currentTime":"2026-05-01T10:00:00Z"}]', 2.0), CallAnswered)
    assert peer.owes_answer("1")


def test_rpc_04_a_call_without_answer_is_given_up_at_its_deadline() -> None:
    peer = station()
    states = [(peer.is_calling, peer.deadline_s, peer.expire(1e9))]
    peer.call(Heartbeat(), 100.0)
    states.append((peer.is_calling, peer.deadline_s, peer.expire(129.9)))
    states.append((peer.is_calling, peer.deadline_s, peer.expire(130.0)))
    states.append((peer.is_calling, peer.deadline_s, peer.expire(131.0)))
    assert states == [
        (False, None, None),
        (True, 130.0, None),
        (True, 130.0, CallTimedOut("s1", Heartbeat())),
        (False, None, None),
    ]


def test_rpc_04_an_answer_in_hand_counts_until_the_call_was_given_up() -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    event = peer.receive(b'[3,"s1",{"currentTime":"2026-05-01T10:00:00Z"}]', 31.0)
    assert event == CallAnswered("s1", Heartbeat(), CLOCK, 31.0)
    assert peer.expire(32.0) is None


@pytest.mark.parametrize(
    "answer", [b'[3,"s1",{"currentTime":"2026-05-01T10:00:00Z"}]', b'[4,"s1","InternalError","",{}]']
)
def test_rpc_05_a_late_answer_is_ignored_and_never_given_to_another_call(answer: bytes) -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    peer.expire(30.0)
    assert peer.receive(answer, 31.0) == FrameIgnored("answer to 's1', which is no open call", False)
    peer.call(Heartbeat(), 32.0)
    assert isinstance(peer.receive(answer, 33.0), FrameIgnored)
    assert peer.is_calling


@pytest.mark.parametrize("answer", [b'[3,"nobody",{}]', b'[4,"nobody","InternalError","",{}]'])
def test_rpc_05_an_answer_to_an_unknown_id_is_ignored(answer: bytes) -> None:
    peer = station()
    assert peer.receive(answer, 0.0) == FrameIgnored("answer to 'nobody', which is no open call", False)


def test_rpc_05_an_answer_given_twice_counts_once() -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    answer = b'[3,"s1",{"currentTime":"2026-05-01T10:00:00Z"}]'
    assert isinstance(peer.receive(answer, 1.0), CallAnswered)
    assert isinstance(peer.receive(answer, 1.0), FrameIgnored)


def test_rpc_06_a_message_of_unknown_type_is_ignored_without_suspicion() -> None:
    assert station().receive(b'[9,"x",{}]', 0.0) == FrameIgnored("There is no message type 9", False)


@pytest.mark.parametrize("action", ["bootnotification", "BootNotifications", "", "TransactionEvent"])
def test_rpc_07_err_01_an_action_nobody_knows_is_not_implemented(action: str) -> None:
    event = central().receive(f'[2,"s1","{action}",{{}}]'.encode(), 0.0)
    assert isinstance(event, CallInvalid)
    assert event.violation.code is ErrorCode.NOT_IMPLEMENTED
    assert event.reply == f"""[4,"s1","NotImplemented","'{action}' is not known here",{{}}]""".encode()
    assert not event.security_relevant


def test_err_02_d_32_an_action_that_is_not_offered_is_not_supported() -> None:
    peer = Peer(Side.STATION, lambda: "s1", supported=["Reset"])
    assert isinstance(peer.receive(b'[2,"c1","Reset",{"type":"Hard"}]', 0.0), CallReceived)
    event = peer.receive(b'[2,"c2","GetLog",{}]', 0.0)
    assert isinstance(event, CallInvalid)
    assert event.reply == b"""[4,"c2","NotSupported","'GetLog' is not supported here",{}]"""


def test_err_02_an_action_sent_by_the_wrong_side_is_not_supported() -> None:
    event = central().receive(b'[2,"s1","Reset",{"type":"Hard"}]', 0.0)
    assert isinstance(event, CallInvalid)
    assert event.violation.code is ErrorCode.NOT_SUPPORTED


def test_err_02_data_transfer_goes_both_ways() -> None:
    for peer in (station(), central()):
        event = peer.receive(b'[2,"1","DataTransfer",{"vendorId":"com.se.cost"}]', 0.0)
        assert isinstance(event, CallReceived)


def test_an_action_that_does_not_exist_cannot_be_offered() -> None:
    with pytest.raises(BrokenPromise, match="'Restet' is no action"):
        central(supported=("Restet",))


def test_rpc_08_null_counts_as_an_empty_payload_in_calls_and_answers() -> None:
    assert central().receive(b'[2,"s1","Heartbeat",null]', 0.0) == CallReceived("s1", ACTIONS["Heartbeat"], Heartbeat())
    event = central().receive(b'[2,"s2","Authorize",null]', 0.0)
    assert isinstance(event, CallInvalid)
    assert event.violation.code is ErrorCode.PROTOCOL_ERROR


@pytest.mark.parametrize("text", [b"", b"hello", b"{}", b"[]", b"[2]", b'[2,7,"Heartbeat",{}]', b"\xff\xfe", b"[[["])
def test_rpc_09_a_text_without_a_readable_id_is_ignored_and_reported(text: bytes) -> None:
    event = central().receive(text, 0.0)
    assert isinstance(event, FrameIgnored)
    assert event.security_relevant


def test_rpc_09_a_broken_call_with_a_readable_id_is_answered() -> None:
    event = central().receive(b'[2,"s1","Heartbeat"]', 0.0)
    assert isinstance(event, CallInvalid)
    assert event.reply == b'[4,"s1","FormationViolation","CALL has 4 elements, not 3",{}]'
    assert event.security_relevant


def test_rpc_10_an_id_longer_than_36_characters_breaks_the_form() -> None:
    event = central().receive(b'[2,"' + b"i" * 37 + b'","Heartbeat",{}]', 0.0)
    assert isinstance(event, CallInvalid)
    assert event.message_id == "i" * 37
    assert event.violation.code is ErrorCode.FORMATION_VIOLATION


def test_rpc_10_the_same_call_again_while_it_is_handled_is_refused_as_impatience() -> None:
    peer = central()
    call = b'[2,"s1","Authorize",{"idTag":"AB"}]'
    assert isinstance(peer.receive(call, 0.0), CallReceived)
    event = peer.receive(call, 0.1)
    assert isinstance(event, CallInvalid)
    assert event.reply == b'[4,"s1","GenericError","A call with this message id is being handled",{}]'
    assert not event.security_relevant
    assert peer.answer("s1", GOOD) == b'[3,"s1",{"idTagInfo":{"status":"Accepted"}}]'


def test_rpc_10_another_call_under_an_id_in_use_is_refused_as_a_replay() -> None:
    peer = central()
    peer.receive(b'[2,"s1","Authorize",{"idTag":"AB"}]', 0.0)
    event = peer.receive(b'[2,"s1","Authorize",{"idTag":"CD"}]', 0.1)
    assert isinstance(event, CallInvalid)
    assert event.violation.code is ErrorCode.GENERIC_ERROR
    assert event.security_relevant


def test_rpc_10_an_id_may_return_once_its_call_was_answered() -> None:
    peer = central()
    call = b'[2,"s1","Heartbeat",{}]'
    peer.receive(call, 0.0)
    assert peer.answer("s1", CLOCK) == b'[3,"s1",{"currentTime":"2026-05-01T10:00:00Z"}]'
    assert isinstance(peer.receive(call, 1.0), CallReceived)


def test_rpc_11_err_09_a_payload_against_the_schema_is_refused_and_owes_nothing() -> None:
    peer = central()
    event = peer.receive(b'[2,"s1","Authorize",{"idTag":5}]', 0.0)
    assert isinstance(event, CallInvalid)
    assert event.reply == b'[4,"s1","TypeConstraintViolation","idTag: Expected `str`, got `int`",{}]'
    assert not event.security_relevant
    assert not peer.owes_answer("s1")


@pytest.mark.parametrize(
    ("answer", "code", "description"),
    [
        (b'[3,"s1",{}]', ErrorCode.PROTOCOL_ERROR, "InvalidAnswer: Object missing required field `currentTime`"),
        (b'[3,"s1",null]', ErrorCode.PROTOCOL_ERROR, "InvalidAnswer: Object missing required field `currentTime`"),
        (b'[3,"s1",{"currentTime":1}]', ErrorCode.TYPE_CONSTRAINT_VIOLATION, "InvalidAnswer: currentTime: Expected"),
        (b'[3,"s1"]', ErrorCode.FORMATION_VIOLATION, "InvalidAnswer: CALLRESULT has 3 elements, not 2"),
        (b'[3,"s1",{"x":"\\u0000"}]', ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "InvalidAnswer: A text holds"),
        (b'[4,"s1"]', ErrorCode.FORMATION_VIOLATION, "InvalidAnswer: CALLERROR has 5 elements, not 2"),
    ],
)
def test_rpc_11_an_unusable_answer_fails_the_call_and_is_not_answered(
    answer: bytes, code: ErrorCode, description: str
) -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    event = peer.receive(answer, 2.0)
    assert isinstance(event, CallFailed)
    assert (event.message_id, event.request, event.code, event.took_s) == ("s1", Heartbeat(), code, 2.0)
    assert event.description.startswith(description)
    assert not peer.is_calling


@pytest.mark.parametrize("answer", [b'[3,"other"]', b'[4,"other"]', b"[3,5,{}]"])
def test_rpc_09_a_broken_answer_to_nothing_is_ignored_and_reported(answer: bytes) -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    event = peer.receive(answer, 0.0)
    assert isinstance(event, FrameIgnored)
    assert event.security_relevant
    assert peer.is_calling


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (
            b'[4,"s1","InternalError","out of order",{"part":7}]',
            CallFailed("s1", Heartbeat(), ErrorCode.INTERNAL_ERROR, "out of order", {"part": 7}, 1.0),
        ),
        (
            b'[4,"s1","FormatViolation","",{}]',
            CallFailed("s1", Heartbeat(), ErrorCode.FORMATION_VIOLATION, "", {}, 1.0),
        ),
        (
            b'[4,"s1","OccurrenceConstraintViolation"]',
            CallFailed("s1", Heartbeat(), ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION, "", {}, 1.0),
        ),
        (
            b'[4,"s1","RpcFrameworkError","broken",{}]',
            CallFailed("s1", Heartbeat(), ErrorCode.GENERIC_ERROR, "RpcFrameworkError: broken", {}, 1.0),
        ),
        (
            b'[4,"s1","Oops"]',
            CallFailed("s1", Heartbeat(), ErrorCode.GENERIC_ERROR, "Oops", {}, 1.0),
        ),
    ],
)
def test_err_10_a_call_error_fails_the_call_and_an_unknown_word_is_kept(error: bytes, failed: CallFailed) -> None:
    peer = station()
    peer.call(Heartbeat(), 0.0)
    event = peer.receive(error, 1.0)
    assert isinstance(event, CallFailed)
    assert (event.code, event.description, dict(event.details)) == (
        failed.code,
        failed.description,
        dict(failed.details),
    )
    assert (event.message_id, event.request, event.took_s) == ("s1", Heartbeat(), 1.0)
    assert not peer.is_calling


def test_rpc_12_err_03_a_received_call_can_be_refused_once() -> None:
    peer = central()
    peer.receive(b'[2,"s1","Heartbeat",{}]', 0.0)
    reply = peer.refuse("s1", ErrorCode.INTERNAL_ERROR, "disk full", {"free": 0})
    assert reply == b'[4,"s1","InternalError","disk full",{"free":0}]'
    with pytest.raises(BrokenPromise, match="s1: no received call"):
        peer.refuse("s1", ErrorCode.INTERNAL_ERROR)


def test_err_11_a_refusal_without_words_still_has_all_five_elements() -> None:
    peer = central()
    peer.receive(b'[2,"s1","Heartbeat",{}]', 0.0)
    assert peer.refuse("s1", ErrorCode.SECURITY_ERROR) == b'[4,"s1","SecurityError","",{}]'


def test_an_answer_nobody_waits_for_is_a_broken_promise() -> None:
    peer = central()
    with pytest.raises(BrokenPromise, match="s1: no received call"):
        peer.answer("s1", CLOCK)
    peer.receive(b'[2,"s1","Heartbeat",{}]', 0.0)
    peer.answer("s1", CLOCK)
    with pytest.raises(BrokenPromise, match="s1: no received call"):
        peer.answer("s1", CLOCK)


def test_an_answer_of_another_action_is_a_broken_promise_and_the_call_stays_open() -> None:
    peer = central()
    peer.receive(b'[2,"s1","Heartbeat",{}]', 0.0)
    with pytest.raises(BrokenPromise, match="HeartbeatResult answers it, not AuthorizeResult"):
        peer.answer("s1", GOOD)
    assert peer.owes_answer("s1")


def test_q_08_a_lost_link_gives_back_the_unanswered_request_and_forgets_what_was_owed() -> None:
    peer = central()
    assert peer.link_lost() is None
    peer.call(Reset(type=ResetType.SOFT), 0.0)
    peer.receive(b'[2,"s1","Heartbeat",{}]', 0.0)
    assert peer.link_lost() == Reset(type=ResetType.SOFT)
    assert (peer.is_calling, peer.deadline_s, peer.owes_answer("s1")) == (False, None, False)
    assert isinstance(peer.receive(b'[3,"c1",{"status":"Accepted"}]', 1.0), FrameIgnored)
    assert isinstance(peer.receive(b'[2,"s1","Heartbeat",{}]', 1.0), CallReceived)


@pytest.mark.parametrize("name", ACTIONS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made=st.data())
def test_rpc_11_two_peers_understand_every_operation_in_every_direction_it_has(name: str, made: st.DataObject) -> None:
    action = ACTIONS[name]
    request = made.draw(messages(action.request))
    result = made.draw(messages(action.result))
    assert isinstance(request, Request)
    assert isinstance(result, Result)
    for sender in action.senders:
        caller, callee = Peer(sender, lambda: "1"), Peer(sender.other, lambda: "2")
        assert callee.receive(caller.call(request, 0.0), 0.0) == CallReceived("1", action, request)
        assert caller.receive(callee.answer("1", result), 1.5) == CallAnswered("1", request, result, 1.5)
