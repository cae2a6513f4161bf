"""The firmware image of the virtual product (FW-05)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.station.firmware_image import BadImage, make_image, read_image

PRODUCT = "EVlink Pro DC"


def test_an_image_is_one_line_and_the_payload() -> None:
    """As docs/reference/firmware-image.md has it."""
    digest = hashlib.sha256(b"abc").hexdigest()
    line = f'contactor-firmware 1 {{"product":"EVlink Pro DC","version":"1.1.0","size":3,"sha256":"{digest}"}}\n'
    assert make_image(PRODUCT, "1.1.0", b"abc") == line.encode() + b"abc"


@given(st.binary(max_size=300), st.from_regex(r"[!-~]{1,50}", fullmatch=True))
def test_what_was_made_can_be_read(payload: bytes, version: str) -> None:
    header = read_image(make_image(PRODUCT, version, payload), PRODUCT)
    assert (header.product, header.version, header.size) == (PRODUCT, version, len(payload))


@given(st.data())
def test_fw_05_one_changed_byte_is_always_found_or_harmless(data: st.DataObject) -> None:
    """Harmless: a byte within the version, which nothing but the reader of the boot could miss."""
    image = bytearray(make_image(PRODUCT, "1.1.0", b"payload"))
    position = data.draw(st.integers(0, len(image) - 1))
    image[position] ^= data.draw(st.integers(1, 255))
    try:
        header = read_image(bytes(image), PRODUCT)
    except BadImage:
        return
    start = image.index(b'"version":"') + len(b'"version":"')
    assert start <= position < start + 5
    assert header.size == 7


@pytest.mark.parametrize("version", ["", "x" * 51, "1 0", "ü", "1\n", "\x7f"])
def test_a_version_that_a_boot_could_not_tell_makes_no_image(version: str) -> None:
    with pytest.raises(BadSetting, match="firmware version"):
        make_image(PRODUCT, version)


@given(st.binary(max_size=200))
def test_any_other_file_is_no_image(content: bytes) -> None:
    for file in (content, b"contactor-firmware 1 " + content):
        with pytest.raises(BadImage):
            read_image(file, PRODUCT)


def test_the_reason_names_what_is_wrong() -> None:
    with pytest.raises(BadImage, match="is for 'Other', not for 'EVlink Pro DC'"):
        read_image(make_image("Other", "1"), PRODUCT)
    with pytest.raises(BadImage, match="has 2 bytes, the image promises 3"):
        read_image(make_image(PRODUCT, "1", b"abc")[:-1], PRODUCT)
