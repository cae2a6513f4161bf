"""Where deliveries may go: to public addresses, and to those of the networks that the operator has named.

Whoever sets a webhook chooses what this machine connects to; without a bound that would be a way into the networks
behind it, or to its own services.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from contactor.base.errors import ContactorError

URL_LENGTH_MAX = 1000
_PORTS = {"http": 80, "https": 443}
# Addresses that carry an IPv4 address within them, and so may lead anywhere.
_CARRIERS = (ip_network("64:ff9b::/96"), ip_network("2002::/16"), ip_network("2001::/32"))

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class NoDestination(ContactorError):
    """A host cannot be sent to; the message says why."""


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks that a setting names."""
    return tuple(ip_network(text, strict=False) for text in texts)


def flaw_of_url(url: str) -> str | None:
    """What is wrong with a URL as a place to send to."""
    if len(url) > URL_LENGTH_MAX or not (url.isascii() and url.isprintable()) or " " in url:
        return f"give at most {URL_LENGTH_MAX} printable ASCII characters without blanks"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no URL"
    if parts.scheme not in _PORTS or not parts.hostname:
        return "give a URL such as https://example.com/contactor"
    if parts.username is not None or parts.password is not None:
        return "give no user or password in it; the signature proves who sends"
    if port == 0:
        return "its port cannot be 0"
    return None


def port_of(url: str) -> int:
    """The port of a URL without flaw."""
    parts = urlsplit(url)
    return parts.port or _PORTS[parts.scheme]


def pick(host: str, found: Iterable[str], allowed: Iterable[Network]) -> Address:
    """The address to connect to; all that a name stands for must be allowed, else it is no name to trust.

    Raises:
        NoDestination: there is none, or one of them may not be sent to.
    """
    networks = tuple(allowed)
    addresses = [_plain(ip_address(text.partition("%")[0])) for text in found]
    for address in addresses:
        if not _may_send(address, networks):
            raise NoDestination(f"{host} is at {address}, which is no public address, and not in webhook_networks")
    if not addresses:
        raise NoDestination(f"{host} has no address")
    return addresses[0]


def _plain(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _may_send(address: Address, networks: Iterable[Network]) -> bool:
    if any(address in network for network in networks):
        return True
    is_carrier = any(address in carrier for carrier in _CARRIERS)
    return address.is_global and not address.is_multicast and not is_carrier
