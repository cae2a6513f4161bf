"""The settings that guard the doors, as rows: certificates, what stations must show, limits, and the way down."""

from collections.abc import Mapping

from contactor.central.security_mode import SecurityMode
from contactor.central.setting_checks import Check, are_networks, is_path, is_switch, number, whole

MESSAGE_BYTES_MIN = 256 * 1024
"""TR-19: no station is to be cut off for less."""
_PEM = "give the path of a PEM file"
_CONNECTIONS = whole(0, 1_000_000)

DEFENCE_CHECKS: Mapping[str, Check] = {
    "tls_certificate": (is_path, f"{_PEM}; stations then connect by wss"),
    "tls_key": (is_path, _PEM),
    "tls_second_certificate": (is_path, f"{_PEM} of the other kind, RSA beside ECDSA, so that every station finds one"),
    "tls_second_key": (is_path, _PEM),
    "tls_client_ca": (is_path, f"{_PEM} of the authorities that sign stations' certificates (security profile 3)"),
    "station_authority_certificate": (
        is_path,
        f"{_PEM} of the authority that signs the certificates stations ask for (SignCertificate), those that vouch for "
        "it after it; without one every request is refused",
    ),
    "station_authority_key": (is_path, f"{_PEM}, not encrypted; only the central system may read it"),
    "station_certificate_days": (whole(1, 3650), "give 1 to 3650 days; so long is a signed certificate valid"),
    "plain_port": (
        lambda value: value is None or whole(0, 65535)(value),
        'give a port for ws beside wss, from 1 to 65535, 0 for any free one, or "off"; it needs tls_certificate',
    ),
    "api_tls_certificate": (is_path, f"{_PEM}; the REST API is then served by https"),
    "api_tls_key": (is_path, _PEM),
    "least_security": (
        lambda value: isinstance(value, str) and value in list(SecurityMode),
        f"say one of {', '.join(SecurityMode)}; what stations must show that have no security of their own",
    ),
    "connections_max": (_CONNECTIONS, "give how many stations at most, or 0 for any number; more are answered 503"),
    "address_connections_max": (
        _CONNECTIONS,
        "give how many connections from one address, or 0 for any number; more are cut at once",
    ),
    "address_handshakes_per_s": (
        number(0, 100_000),
        "give how many new connections a second from one address, or 0 for any; ten seconds' worth may come at once, "
        "more are cut at once",
    ),
    "trusted_addresses": (
        are_networks,
        "give IP addresses or networks, such as a proxy's, that the limits per address do not hold for",
    ),
    "station_connections_per_min": (
        number(0, 100_000),
        "give how often a minute a station may connect, or 0 for any; ten minutes' worth may come at once, "
        "more are answered 429",
    ),
    "station_frames_per_s": (
        number(0, 1_000_000),
        "give how many frames a second a station may send, or 0 for any; five seconds' worth may come at once, "
        "then it is read more slowly",
    ),
    "message_bytes_max": (
        whole(MESSAGE_BYTES_MIN, 64 * 1024 * 1024),
        f"give {MESSAGE_BYTES_MIN} to {64 * 1024 * 1024} bytes; a longer message ends its connection with 1009",
    ),
    "handshake_limit_s": (
        number(0.1, 300),
        "give 0.1 to 300 seconds, for TLS and again for the upgrade; who takes longer is cut off",
    ),
    "drain_s": (number(0, 3600), "give 0 to 3600 seconds; how long calls may still be answered when the end has come"),
    "drain_spread_s": (
        number(0, 3600),
        "give 0 to 3600 seconds; connections end one after another over so long, so that stations return as slowly",
    ),
    "drain_abruptly": (
        is_switch,
        "give true or false; true cuts lines at the end, for stations that never return after a close frame",
    ),
}

TOGETHER: tuple[tuple[str, str], ...] = (
    ("tls_certificate", "tls_key"),
    ("tls_second_certificate", "tls_second_key"),
    ("api_tls_certificate", "api_tls_key"),
    ("station_authority_certificate", "station_authority_key"),
)
"""What is given together or not at all."""

NEEDS_TLS = ("tls_second_certificate", "tls_client_ca", "plain_port")
"""What means nothing without `tls_certificate`."""
