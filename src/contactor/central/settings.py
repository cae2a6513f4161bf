"""What an operator can set: the central system's settings, its stations and its tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contactor.base.errors import BadSetting
from contactor.base.ids import StationId
from contactor.central.cost_settings import COST_CHECKS
from contactor.central.defence_settings import DEFENCE_CHECKS, NEEDS_TLS, TOGETHER
from contactor.central.file_settings import FILE_CHECKS
from contactor.central.security_mode import SecurityMode
from contactor.central.setting_checks import DAYS_MAX, Check, are_networks
from contactor.central.setting_checks import is_text as _is_text
from contactor.central.setting_checks import whole as _whole
from contactor.central.store import address
from contactor.central.tags import Tag, TagGroup
from contactor.ocpp.enumerations import RegistrationStatus


@dataclass(frozen=True, slots=True)
class StationSetting:
    """A station the operator announces; `key` are the bytes of its AuthorizationKey, None for no Basic.

    Without a `security` of its own the stored one stays, and where there is none `least_security` holds.
    """

    station_id: StationId
    key: bytes | None = field(default=None, repr=False)
    registration: RegistrationStatus = RegistrationStatus.ACCEPTED
    security: SecurityMode | None = None


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """All settings; every default makes a working central system on this machine.

    `database` is a SQLite file's path (or `sqlite:///` and the path), or a `postgresql://` URL. With `tls_certificate`
    and `tls_key`, paths of PEM files, stations connect by wss. `allow_unknown_stations` lets stations in that nobody
    announced; `strict_stations` refuses what only a tolerant reader understands (CS-26). `call_timeout_s` is how
    long a station may take to answer us (RPC-04), `registration_retry_s` how long one that is not accepted waits
    before it asks again (BOOT-05). Readings, past statuses, presence, closed alarms, ended campaigns, events, messages
    and files are forgotten `keep_..._days` after they came, with 0 never; transactions are kept for ever.
    `close_ghosts_after_hours` closes the record of a transaction whose stop is missing so long after another began on
    its connector, with 0 never. `log_messages` keeps every message, secrets masked. `read_configuration` reads what
    each station offers once it is accepted (CS-23).
    Limits are off at 0; those per address spare `trusted_addresses`. Webhooks go to public addresses, and to those of
    `webhook_networks`. What each value means stands in the checks' rows.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 9000
    listen_path: str = "/ocpp"
    api_host: str = "127.0.0.1"
    api_port: int | None = 9080
    database: str = field(default="contactor.db", repr=False)  # a URL may hold a password
    heartbeat_interval_s: int = 300
    registration_retry_s: int = 60
    call_timeout_s: float = 30.0
    allow_unknown_stations: bool = False
    strict_stations: bool = False
    read_configuration: bool = True
    repair_configuration: bool = False
    onboard_pending_stations: bool = False
    keep_readings_days: int = 0
    keep_statuses_days: int = 90
    keep_events_days: int = 90
    keep_presence_days: int = 400
    keep_alarms_days: int = 400
    keep_campaigns_days: int = 400
    close_ghosts_after_hours: int = 0
    keep_cost_orders_days: int = 1
    cost_update_interval_s: int = 60
    cost_total_field: str = "totalCost"
    cost_transaction_field: str = "transactionId"
    log_messages: bool = False
    keep_messages_days: int = 7
    keep_files_days: int = 90
    file_bytes_max: int = 64 * 1024 * 1024
    files_url: str | None = None
    ftp_port: int | None = None
    ftp_host: str = "127.0.0.1"
    ftp_url: str | None = None
    ftp_passive_ports: str = ""
    ftp_passive_address: str | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None
    tls_second_certificate: str | None = None
    tls_second_key: str | None = None
    tls_client_ca: str | None = None
    station_authority_certificate: str | None = None
    station_authority_key: str | None = None
    station_certificate_days: int = 365
    plain_port: int | None = None
    api_tls_certificate: str | None = None
    api_tls_key: str | None = None
    least_security: str = SecurityMode.BY_KEY.value
    connections_max: int = 0
    address_connections_max: int = 1000
    address_handshakes_per_s: float = 50.0
    trusted_addresses: tuple[str, ...] = ("127.0.0.0/8", "::1")
    station_connections_per_min: float = 30.0
    station_frames_per_s: float = 200.0
    message_bytes_max: int = 1024 * 1024
    handshake_limit_s: float = 10.0
    drain_s: float = 10.0
    drain_spread_s: float = 0.0
    drain_abruptly: bool = False
    webhook_networks: tuple[str, ...] = ()
    stations: tuple[StationSetting, ...] = ()
    tags: tuple[Tag, ...] = ()
    tag_groups: tuple[TagGroup, ...] = ()

    def __post_init__(self) -> None:
        for name in _CHECKS:
            check_setting(name, getattr(self, name))
        for one, other in TOGETHER:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise BadSetting(other, getattr(self, other), f"give {one} and {other}, or neither")
        for name in NEEDS_TLS:
            if self.tls_certificate is None and getattr(self, name) is not None:
                raise BadSetting(name, getattr(self, name), "it needs tls_certificate and tls_key")
        _require_distinct("station id", [station.station_id for station in self.stations])
        _require_distinct("tag id", [tag.id_tag.casefold() for tag in self.tags])
        _require_distinct("tag group", [group.name.casefold() for group in self.tag_groups])


_CHECKS: Mapping[str, Check] = {
    "listen_host": (_is_text, "give a host name or address"),
    "listen_port": (_whole(0, 65535), "give a port from 1 to 65535, or 0 for any free one"),
    "listen_path": (
        lambda value: isinstance(value, str) and (value == "" or (value.startswith("/") and not value.endswith("/"))),
        "give a path that begins with / and does not end with one, such as /ocpp",
    ),
    "api_host": (_is_text, "give a host name or address; people and programs reach the REST API there"),
    "api_port": (
        lambda value: value is None or _whole(0, 65535)(value),
        'give a port from 1 to 65535, 0 for any free one, or "off" for no REST API',
    ),
    "database": (address.is_address, address.EXPECTED),
    "heartbeat_interval_s": (_whole(1, 86_400), "give 1 to 86400 seconds"),
    "registration_retry_s": (_whole(1, 86_400), "give 1 to 86400 seconds"),
    "call_timeout_s": (
        lambda value: type(value) in (int, float) and isinstance(value, int | float) and 0 < value <= 3600,
        "give more than 0 and at most 3600 seconds",
    ),
    "allow_unknown_stations": (lambda value: isinstance(value, bool), "give true or false"),
    "strict_stations": (
        lambda value: isinstance(value, bool),
        "give true or false; true refuses every message that breaks OCPP's schemas",
    ),
    "read_configuration": (
        lambda value: isinstance(value, bool),
        "give true or false; true reads each station's configuration once for each firmware it comes with (CS-23)",
    ),
    "repair_configuration": (
        lambda value: isinstance(value, bool),
        "give true or false; true sends stations what their templates want as soon as they drift",
    ),
    "onboard_pending_stations": (
        lambda value: isinstance(value, bool),
        "give true or false; true leads every Pending station to being accepted by itself",
    ),
    "keep_readings_days": (
        _whole(0, DAYS_MAX),
        f"give 1 to {DAYS_MAX} days, or 0 for ever; readings of unfinished transactions stay in any case",
    ),
    "keep_statuses_days": (_whole(0, DAYS_MAX), f"give 1 to {DAYS_MAX} days, or 0 for ever; the latest status stays"),
    "keep_events_days": (_whole(0, DAYS_MAX), f"give 1 to {DAYS_MAX} days, or 0 for ever"),
    "keep_presence_days": (
        _whole(0, DAYS_MAX),
        f"give 1 to {DAYS_MAX} days, or 0 for ever; for how long uptime is told",
    ),
    "keep_alarms_days": (
        _whole(0, DAYS_MAX),
        f"give 1 to {DAYS_MAX} days, or 0 for ever; alarms that are open stay in any case",
    ),
    "keep_campaigns_days": (
        _whole(0, DAYS_MAX),
        f"give 1 to {DAYS_MAX} days, or 0 for ever; counted from when they began, and those that have not ended stay",
    ),
    **COST_CHECKS,
    "close_ghosts_after_hours": (
        _whole(0, 24 * DAYS_MAX),
        "give the hours after which a transaction without a stop, on whose connector another began, is closed at its "
        "latest reading; or 0 for never",
    ),
    "log_messages": (lambda value: isinstance(value, bool), "give true or false; true keeps every message"),
    "keep_messages_days": (_whole(0, DAYS_MAX), f"give 1 to {DAYS_MAX} days, or 0 for ever"),
    **FILE_CHECKS,
    **DEFENCE_CHECKS,
    "webhook_networks": (
        are_networks,
        "give IP addresses or networks that are not public, such as 10.0.0.0/8, to which webhooks may be sent all the "
        "same; 127.0.0.0/8 allows this machine itself",
    ),
}


def check_setting(name: str, value: object, told_as: str | None = None) -> None:
    """See whether a setting may have this value.

    Raises:
        BadSetting: it may not; the message names `told_as`, or the setting itself.
    """
    is_good, expected = _CHECKS[name]
    if not is_good(value):
        raise BadSetting(told_as or name, address.without_secret(value), expected)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as the documentation shows it; `default` as it would stand in the file."""

    name: str
    default: str
    expected: str


def setting_rows() -> list[SettingRow]:
    """Every setting of the `[central]` table."""
    plain = CentralSettings()
    return [SettingRow(name, _in_toml(getattr(plain, name)), expected) for name, (_, expected) in _CHECKS.items()]


def _in_toml(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, tuple):
        value = list(value)
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def _require_distinct(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadSetting(what, name, "it is given twice")
        seen.add(name)
