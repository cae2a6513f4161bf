"""The settings of files, as rows: how long they stay, how large they may be, and where stations reach them."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from urllib.parse import urlsplit

from contactor.central.setting_checks import Check, is_text, whole

DAYS_MAX = 36_500
FILE_BYTES_LEAST = 1024 * 1024
FILE_BYTES_MOST = 1024 * 1024 * 1024
PASSIVE_PORT_LEAST = 1024
PORT_MAX = 65_535


def passive_ports_of(text: str) -> range | None:
    """The ports of FTP's data connections; None for any free ones.

    Raises:
        ValueError: the text names none.
    """
    if not text:
        return None
    low, dash, high = text.partition("-")
    ports = range(int(low), int(high if dash else low) + 1)
    if not ports or ports[0] < PASSIVE_PORT_LEAST or ports[-1] > PORT_MAX:
        raise ValueError(text)
    return ports


def _are_passive_ports(value: object) -> bool:
    try:
        return isinstance(value, str) and (value == "" or bool(passive_ports_of(value)))
    except ValueError:
        return False


def _is_ipv4(value: object) -> bool:
    try:
        return value is None or (isinstance(value, str) and bool(IPv4Address(value)))
    except ValueError:
        return False


def _is_address(*schemes: str) -> Callable[[object], bool]:
    return lambda value: value is None or _leads_to(value, schemes)


def _leads_to(value: object, schemes: tuple[str, ...]) -> bool:
    """Whether stations can be sent there: a scheme and a host, nothing else."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        has_port = parts.port != 0
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or parts.username or parts.path.endswith("/"))
    return parts.scheme in schemes and bool(parts.hostname) and has_port and is_plain


FILE_CHECKS: Mapping[str, Check] = {
    "keep_files_days": (whole(0, DAYS_MAX), f"give 1 to {DAYS_MAX} days, or 0 for ever; firmware images stay"),
    "file_bytes_max": (
        whole(FILE_BYTES_LEAST, FILE_BYTES_MOST),
        f"give {FILE_BYTES_LEAST} to {FILE_BYTES_MOST} bytes; larger diagnostics and firmware images are refused",
    ),
    "files_url": (
        _is_address("http", "https"),
        "give the URL under which stations reach the REST API, such as https://charging.example.com:9080; without it "
        "they are sent to api_host and api_port",
    ),
    "ftp_port": (
        lambda value: value is None or whole(0, PORT_MAX)(value),
        'give a port from 1 to 65535, 0 for any free one, or "off" for no FTP; stations then bring and fetch files by '
        "HTTP alone",
    ),
    "ftp_host": (is_text, "give a host name or address; stations reach the FTP server there"),
    "ftp_url": (
        _is_address("ftp"),
        "give the URL under which stations reach the FTP server, such as ftp://charging.example.com:2121; without it "
        "they are sent to ftp_host and ftp_port",
    ),
    "ftp_passive_ports": (
        _are_passive_ports,
        f"give the ports of data connections, such as 40000-40099, from {PASSIVE_PORT_LEAST} on; without them any free "
        "ones are taken",
    ),
    "ftp_passive_address": (
        _is_ipv4,
        "give the IPv4 address that stations are told for data connections, where it is not that of this machine",
    ),
}
