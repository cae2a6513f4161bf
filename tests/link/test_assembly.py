"""Frames become messages: expectations from RFC 6455 sections 5.4, 5.6 and 8.1."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.link.assembly import BINARY, CONTINUATION, TEXT, Assembly, FrameRefused, check_text


def test_an_unfragmented_text_is_a_message() -> None:
    assert Assembly(100).take(TEXT, True, b"[]") == b"[]"


@given(text=st.text(), cuts=st.lists(st.integers(min_value=0, max_value=200), max_size=8))
def test_however_a_text_is_cut_it_is_whole_again(text: str, cuts: list[int]) -> None:
    """Cuts fall anywhere, inside a character too."""
    whole = text.encode()
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    parts = [whole[start:end] for start, end in pairwise(edges)]
    assembly = Assembly(10_000)
    for index, part in enumerate(parts[:-1]):
        assert assembly.take(TEXT if index == 0 else CONTINUATION, False, part) is None
    assert assembly.take(CONTINUATION if len(parts) > 1 else TEXT, True, parts[-1]) == whole
    assert not assembly.is_pending


def test_the_bound_counts_all_fragments_together() -> None:
    assembly = Assembly(10)
    assembly.take(TEXT, False, b"12345")
    assembly.take(CONTINUATION, False, b"67890")
    with pytest.raises(FrameRefused) as refusal:
        assembly.take(CONTINUATION, True, b"1")
    assert refusal.value.code == 1009


def test_a_message_as_long_as_the_bound_passes_and_the_next_one_too() -> None:
    assembly = Assembly(10)
    for _ in range(2):
        assembly.take(TEXT, False, b"12345")
        assert assembly.take(CONTINUATION, True, b"67890") == b"1234567890"


def test_a_binary_message_is_bounded_too_although_it_is_not_kept() -> None:
    assembly = Assembly(10)
    assembly.take(BINARY, False, b"12345678")
    with pytest.raises(FrameRefused) as refusal:
        assembly.take(CONTINUATION, True, b"12345678")
    assert refusal.value.code == 1009


def test_tr_10_binary_messages_are_swallowed_whole_or_in_fragments() -> None:
    assembly = Assembly(100)
    assert assembly.take(BINARY, True, b"\xff") is None
    assert assembly.take(BINARY, False, b"\xff") is None
    assert assembly.take(CONTINUATION, True, b"\xff") is None
    assert assembly.take(TEXT, True, b"after") == b"after"


@pytest.mark.parametrize("is_final", [True, False])
def test_a_continuation_needs_a_start(is_final: bool) -> None:
    with pytest.raises(FrameRefused) as refusal:
        Assembly(100).take(CONTINUATION, is_final, b"x")
    assert refusal.value.code == 1002


@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_a_message_must_not_start_inside_another(kind: int) -> None:
    assembly = Assembly(100)
    assembly.take(TEXT, False, b"x")
    with pytest.raises(FrameRefused) as refusal:
        assembly.take(kind, True, b"y")
    assert refusal.value.code == 1002


@pytest.mark.parametrize("broken", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"ok\x80"])
def test_a_text_must_be_utf_8(broken: bytes) -> None:
    with pytest.raises(FrameRefused) as refusal:
        check_text(broken)
    assert refusal.value.code == 1007


def test_utf_8_is_checked_on_the_whole_message() -> None:
    assembly = Assembly(100)
    assembly.take(TEXT, False, b"\xc3")
    with pytest.raises(FrameRefused) as refusal:
        assembly.take(CONTINUATION, True, b"x")
    assert refusal.value.code == 1007
