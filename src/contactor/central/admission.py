"""Who may open a connection: one pure decision over a handshake and the roster (TR-06, TR-08, CS-20).

A name nobody knows is answered 404, wrong or missing credentials 401, both before any websocket exists. A station
without a key of its own is let in as it comes: the deployment then relies on something else (guide, section 9).
"""

from dataclasses import dataclass, field

from contactor.base.ids import StationId
from contactor.central.roster import Member, Roster

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


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a handshake says about who is there; `user` and `password` as raw bytes, None without Basic (SEC-05)."""

    identity: str
    user: bytes | None
    password: bytes | None = field(repr=False)


def judge_handshake(given: Credentials, roster: Roster, *, allow_unknown: bool) -> Welcome | Turned:
    """Decide about a handshake.

    With `allow_unknown` a station that nobody announced is taken in as accepted; that is for test benches.
    """
    member = roster.find(given.identity)
    if member is not None:
        return _judge_key(given, member)
    if allow_unknown and _is_usable(given.identity):
        return Welcome(Member(StationId(given.identity)))
    return Turned(404, "unknown station")


def _judge_key(given: Credentials, member: Member) -> Welcome | Turned:
    pending = _pending_key(given, member)
    if pending is not None:
        return Welcome(member, pending)
    if member.key is None:
        return Welcome(member)
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
