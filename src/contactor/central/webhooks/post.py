"""SHELL: sends one delivery: to an address that may be sent to, without redirects or proxies, within a bounded time."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from ipaddress import IPv6Address
from urllib.parse import urlsplit

import httpx

from contactor.central.webhooks.destination import Address, Network, NoDestination, pick, port_of

LIMIT_S = 10.0
"""From looking up the name to the answer's status."""


class Post:
    """Sends bodies to targets; what it is told back is only whether they were taken."""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        """Be ready to send to public addresses, and to these networks."""
        self._allowed = allowed
        self._trust: ssl.SSLContext | None = None

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Send a body; None if it was taken, else what went wrong, without anything of the answer's content."""
        try:
            async with asyncio.timeout(LIMIT_S):
                status = await self._status(url, body, headers)
        except TimeoutError:
            return f"no answer within {LIMIT_S:g} s"
        except NoDestination as error:
            return str(error)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if httpx.codes.is_success(status):
            return None
        return f"HTTP {status}{'; redirects are not followed' if httpx.codes.is_redirect(status) else ''}"

    async def _status(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        host = urlsplit(url).hostname or ""
        address = pick(host, await _addresses(host, port_of(url)), self._allowed)
        if self._trust is None:
            self._trust = httpx.create_ssl_context()  # reads every root certificate, so once
        # To the address that was judged, not to what the name may stand for a moment later; the certificate is
        # still that of the name.
        async with (
            httpx.AsyncClient(verify=self._trust, trust_env=False, timeout=LIMIT_S) as client,
            client.stream(
                "POST",
                httpx.URL(url).copy_with(host=_in_url(address)),
                content=body,
                headers={**headers, "Host": urlsplit(url).netloc, "Content-Type": "application/json"},
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            return answer.status_code


async def _addresses(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoDestination(f"{host} has no address") from error
    return [str(each[4][0]) for each in found]


def _in_url(address: Address) -> str:
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)
