"""The settings of files, as rows: how long they stay, how large they may be, and where stations reach them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from contactor.central.setting_checks import Check, whole

DAYS_MAX = 36_500
FILE_BYTES_LEAST = 1024 * 1024
FILE_BYTES_MOST = 1024 * 1024 * 1024


def _is_address(value: object) -> bool:
    """Whether stations can be sent there: a scheme and a host, nothing else."""
    if value is None:
        return True
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        has_port = parts.port != 0
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or parts.username or parts.path.endswith("/"))
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and is_plain


FILE_CHECKS: Mapping[str, Check] = {
    "keep_files_days": (whole(0, DAYS_MAX), f"give 1 to {DAYS_MAX} days, or 0 for ever; firmware images stay"),
    "file_bytes_max": (
        whole(FILE_BYTES_LEAST, FILE_BYTES_MOST),
        f"give {FILE_BYTES_LEAST} to {FILE_BYTES_MOST} bytes; larger diagnostics and firmware images are refused",
    ),
    "files_url": (
        _is_address,
        "give the URL under which stations reach the REST API, such as https://charging.example.com:9080; without it "
        "they are sent to api_host and api_port",
    ),
}
