"""Who may open a connection at all, before a byte is read or a handshake paid for: limits per address."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from contactor.link.pace import Pace

BURST_S = 10.0
"""So many seconds' worth of connections may come at once: a site whose router restarts comes back together."""
PACES_MAX = 10_000
"""How many addresses are remembered before those that rest are forgotten."""


class Turning(StrEnum):
    """Why a connection is cut before it began."""

    TOO_MANY = "too many connections from its address"
    TOO_FAST = "too many handshakes from its address"


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """What one address may do; None for no limit. Addresses in `trusted` may do anything: a proxy speaks for many."""

    connections_max: int | None = None
    handshakes_per_s: float | None = None
    trusted: tuple[str, ...] = ()


class DoorRules:
    """Counts what is open, and how fast it came, by address."""

    def __init__(self, limits: DoorLimits) -> None:
        self._limits = limits
        self._trusted = tuple(ip_network(each) for each in limits.trusted)
        self._open: Counter[str] = Counter()
        self._paces: dict[str, Pace] = {}
        self.turned: Counter[Turning] = Counter()
        """How many were cut, by reason."""

    def enter(self, address: str, now_s: float) -> Turning | None:
        """Take note of a connection, or say why there may be none; who entered must `leave`."""
        given = _plain(ip_address(address.partition("%")[0]))
        site = site_of(given)
        turning = None if any(given in network for network in self._trusted) else self._judge(site, now_s)
        if turning is None:
            self._open[site] += 1
        else:
            self.turned[turning] += 1
        return turning

    def leave(self, address: str) -> None:
        """A connection has ended."""
        site = site_of(_plain(ip_address(address.partition("%")[0])))
        self._open[site] -= 1
        if self._open[site] <= 0:
            del self._open[site]

    def _judge(self, site: str, now_s: float) -> Turning | None:
        limits = self._limits
        if limits.connections_max is not None and self._open[site] >= limits.connections_max:
            return Turning.TOO_MANY
        if limits.handshakes_per_s is not None and not self._pace_of(site, limits.handshakes_per_s, now_s).may(now_s):
            return Turning.TOO_FAST
        return None

    def _pace_of(self, site: str, rate_per_s: float, now_s: float) -> Pace:
        if len(self._paces) >= PACES_MAX:
            rest = {known: pace for known, pace in self._paces.items() if not pace.is_full(now_s)}
            # Where so many are at it, the limit for all of them together is what helps.
            self._paces = rest if len(rest) < PACES_MAX else {}
        return self._paces.setdefault(site, Pace(rate_per_s, max(1.0, rate_per_s * BURST_S), now_s))


def site_of(address: IPv4Address | IPv6Address) -> str:
    """What counts as one address: of IPv6 the network, because any customer has 2^64 addresses to choose from."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, 64), strict=False))


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address is the same one where it comes by way of an IPv6 socket."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
