"""SHELL: every certificate the process serves, for stations and for the API, renewed together while it runs.

It also knows when each ends, and when the authorities do that sign for stations and that vouch for them, and says so
before.
"""

import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from contactor.base.clock import Clock
from contactor.base.errors import BadSetting
from contactor.base.instants import to_text
from contactor.link.served_certificates import ServedCertificates
from contactor.link.tls import CertificateFiles, Told

ENDS_SOON = timedelta(days=21)
"""How long before its end somebody is told of a certificate: what renews them by itself has done so by then."""
AUTHORITY_ENDS_SOON = timedelta(days=90)
"""The same of an authority: nothing it signs outlives it, and the next one has to reach every station before."""

Pairs = tuple[tuple[str | None, str | None], ...]


class Certificates:
    """Reads certificates at the start, when their files change, and when somebody asks for it."""

    def __init__(
        self,
        log: structlog.typing.FilteringBoundLogger,
        clock: Clock,
        authorities: Mapping[Path, datetime] | None = None,
    ) -> None:
        """Serve none yet; `authorities` are those that sign for stations, by file, and when each ends."""
        self._log = log
        self._clock = clock
        self._authorities = authorities or {}
        self._served: list[ServedCertificates] = []
        self._warn(_told_of_authorities(self._authorities, clock.now()))
        self.renewed = 0
        """How often newer ones took their place."""
        self.refused = 0
        """How often newer ones could not be used."""

    def serve(self, pairs: Pairs, *, client_ca: str | None = None, told: Told | None = None) -> ssl.SSLContext | None:
        """The context of a listener with the pairs that are set; None if none is.

        Raises:
            BadSetting: a file is missing, unreadable, or does not belong to the other.
        """
        files = [
            CertificateFiles(Path(one), Path(other)) for one, other in pairs if one is not None and other is not None
        ]
        if not files:
            return None
        served = ServedCertificates(files, client_ca=None if client_ca is None else Path(client_ca), told=told)
        self._served.append(served)
        self._warn(self._told_of(served))
        return served.context

    def ends(self) -> Mapping[Path, datetime]:
        """Until when each certificate is valid that is served, signs for stations or vouches for them, by its file."""
        vouching = {path: end for served in self._served for path, end in served.client_authority_ends().items()}
        shown = {path: end for served in self._served for path, end in served.ends().items()}
        return {**vouching, **self._authorities, **shown}

    def ending(self, now: datetime) -> list[str]:
        """What to tell a person of those that end soon, or have ended."""
        told = [each for served in self._served for each in self._told_of(served, now)]
        return [*told, *_told_of_authorities(self._authorities, now)]

    def renew(self) -> list[str]:
        """Read all files again, and return their names; the old ones stay where the new cannot be used.

        Raises:
            BadSetting: some cannot.
        """
        failed: BadSetting | None = None
        for served in self._served:
            try:
                served.renew()
            except BadSetting as error:
                failed = failed or error
                self._refuse(error)
            else:
                self._note(served)
        if failed is not None:
            raise failed
        return [str(path) for served in self._served for path in served.files]

    def renew_changed(self) -> None:
        """Read those again whose files have changed."""
        for served in self._served:
            try:
                if served.renew_if_changed():
                    self._note(served)
            except BadSetting as error:
                self._refuse(error)

    def _told_of(self, served: ServedCertificates, now: datetime | None = None) -> list[str]:
        """What to tell of a listener's certificates; an authority that also signs for stations is told of once."""
        now = now or self._clock.now()
        vouching = served.client_authority_ends().items() - self._authorities.items()
        return [*_told_of(served.ends(), now), *_told_of_client_authorities(dict(vouching), now)]

    def _warn(self, warnings: Sequence[str]) -> None:
        for each in warnings:
            self._log.warning("a certificate ends soon, or has ended", reason=each)

    def _note(self, served: ServedCertificates) -> None:
        self.renewed += 1
        self._log.info("certificates renewed", files=[str(path) for path in served.files])
        self._warn(self._told_of(served))

    def _refuse(self, error: BadSetting) -> None:
        self.refused += 1
        self._log.error("new certificates cannot be used; the old ones are served on", reason=str(error))


def _told_of(ends: Mapping[Path, datetime], now: datetime) -> list[str]:
    return [f"certificate {path.name} {_word(end, now)}" for path, end in ends.items() if end - now < ENDS_SOON]


def _told_of_authorities(ends: Mapping[Path, datetime], now: datetime) -> list[str]:
    return [
        f"station authority {path.name} {_word(end, now)}, and nothing it signs outlives it"
        for path, end in ends.items()
        if end - now < AUTHORITY_ENDS_SOON
    ]


def _told_of_client_authorities(ends: Mapping[Path, datetime], now: datetime) -> list[str]:
    return [
        f"client authority {path.name} {_word(end, now)}, and then nothing that it signed lets a station in"
        for path, end in ends.items()
        if end - now < AUTHORITY_ENDS_SOON
    ]


def _word(end: datetime, now: datetime) -> str:
    return f"{'ends' if now < end else 'ended'} at {to_text(end)}"
