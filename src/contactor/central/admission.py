"""Who may open a connection: one pure decision over a handshake and the roster (TR-06, TR-08, CS-20).

A name nobody knows is answered 404, wrong or missing credentials 401, both before any websocket exists. A station
without a key of its own is let in as it comes, unless its security mode demands more (guide, section 9).
"""

from dataclasses import dataclass, field
from typing import Protocol

from contactor.base.ids import StationId
from contactor.central.roster import Member, Roster
from contactor.central.security_mode import DEMANDS, Demand, KeyDemand, SecurityMode

IDENTITY_MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Welcome:
    """The station may connect; `by_command` is the one that brought its key, if that key's outcome was not known."""

    member: Member
    by_command: int | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """The handshake is refused with an HTTP status; `reason` is for our log and names no secret."""

    status: int
    reason: str
    retry_after_s: int | None = None


class Certificate(Protocol):
    """A client certificate that a trusted authority signed."""

    def names(self, identity: str) -> bool:
        """Whether it is that station's."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a handshake says about who is there; `user` and `password` as raw bytes, None without Basic (SEC-05)."""

    identity: str
    user: bytes | None
    password: bytes | None = field(repr=False)
    is_encrypted: bool = False
    certificate: Certificate | None = None


def judge_handshake(
    given: Credentials, roster: Roster, *, allow_unknown: bool, least: SecurityMode = SecurityMode.BY_KEY
) -> Welcome | Turned:
    """Decide about a handshake; `least` is demanded of stations that have no security mode of their own.

    With `allow_unknown` a station that nobody announced is taken in as accepted; that is for test benches.
    """
    member = roster.find(given.identity)
    if member is None:
        if not (allow_unknown and _is_usable(given.identity)):
            return Turned(404, "unknown station")
        member = Member(StationId(given.identity))
    demand = DEMANDS[member.security or least]
    return _judge_transport(given, demand) or _judge_key(given, member, demand.key)


def _judge_transport(given: Credentials, demand: Demand) -> Turned | None:
    if demand.tls and not given.is_encrypted:
        return Turned(403, "no TLS")
    if not demand.certificate:
        return None
    if given.certificate is None:
        return Turned(403, "no client certificate")
    return None if given.certificate.names(given.identity) else Turned(403, "the client certificate is another's")


def _judge_key(given: Credentials, member: Member, demand: KeyDemand) -> Welcome | Turned:
    pending = _pending_key(given, member)
    if pending is not None:
        return Welcome(member, pending)
    if demand is KeyDemand.NEVER or (demand is KeyDemand.IF_THERE_IS_ONE and member.key is None):
        return Welcome(member)
    if member.key is None:
        return Turned(401, "no key is set for the station")
    if given.user is None or given.password is None:
        return Turned(401, "no Basic credentials")
    if given.user != member.station_id.encode():
        return Turned(401, "the Basic user is not the station")
    if not member.key.matches(given.password):
        return Turned(401, "wrong AuthorizationKey")
    return Welcome(member)


def _pending_key(given: Credentials, member: Member) -> int | None:
    """The command that brought the key the station comes with, if its outcome is not known yet (SEC-08)."""
    password = given.password
    if password is None or given.user != member.station_id.encode():
        return None
    return next((key.command_id for key in member.pending_keys if key.digest.matches(password)), None)


def _is_usable(identity: str) -> bool:
    """Whether a name that nobody chose here can be kept and shown."""
    return 0 < len(identity) <= IDENTITY_MAX_LENGTH and identity.isprintable()
