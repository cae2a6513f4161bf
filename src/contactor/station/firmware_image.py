"""Knows the firmware image of this virtual product: one line that says what follows, then the payload.

docs/reference/firmware-image.md has the format for people. A real charger's image is the vendor's secret; this one
has what an update needs of it: a version, the product it is for, and a way to tell that it arrived unharmed (FW-05).
"""

import hashlib
from typing import Annotated

import msgspec

from contactor.base.errors import BadSetting, ContactorError

MAGIC = b"contactor-firmware 1 "
HEADER_MAX = 4096
VERSION_MAX = 50
"""Of BootNotification's firmwareVersion."""


class BadImage(ContactorError):
    """A file is no firmware image for this product; the message says why."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the first line says of the payload after it: its size in bytes and its SHA-256 in lower-case hex."""

    product: str
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=VERSION_MAX, pattern=r"^[!-~]+\Z")]
    size: int
    sha256: str


def make_image(product: str, version: str, payload: bytes = b"") -> bytes:
    """Make an image; the payload is any bytes, for nothing here runs them.

    Raises:
        BadSetting: the version is not 1 to 50 printable ASCII characters without blanks, or the header grows too long.
    """
    header = Header(product=product, version=version, size=len(payload), sha256=hashlib.sha256(payload).hexdigest())
    image = MAGIC + msgspec.json.encode(header) + b"\n" + payload
    try:
        read_image(image, product)
    except BadImage as error:
        raise BadSetting("firmware version", version, str(error)) from error
    return image


def read_image(image: bytes, product: str) -> Header:
    """Check an image from its first byte to its last.

    Raises:
        BadImage: no image, one for another product, cut short, too long, or changed on its way.
    """
    line, newline, payload = image.partition(b"\n")
    if not line.startswith(MAGIC) or not newline or len(line) > HEADER_MAX:
        raise BadImage("the file is no firmware image")
    try:
        header = msgspec.json.decode(line.removeprefix(MAGIC), type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadImage(f"the first line of the image cannot be read: {error}") from error
    if header.product != product:
        raise BadImage(f"the image is for {header.product!r}, not for {product!r}")
    if header.size != len(payload):
        raise BadImage(f"the payload has {len(payload)} bytes, the image promises {header.size}")
    if header.sha256 != hashlib.sha256(payload).hexdigest():
        raise BadImage("the payload is not the one the image was made of")
    return header
