"""SHELL: every certificate the process serves, for stations and for the API, renewed together while it runs."""

import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from contactor.base.errors import BadSetting
from contactor.base.instants import to_text
from contactor.link.served_certificates import ServedCertificates
from contactor.link.tls import CertificateFiles, Told

ENDS_SOON = timedelta(days=21)
"""How long before its end somebody is told of a certificate: what renews them by itself has done so by then."""

Pairs = tuple[tuple[str | None, str | None], ...]


class Certificates:
    """Reads certificates at the start, when their files change, and when somebody asks for it."""

    def __init__(self, log: structlog.typing.FilteringBoundLogger) -> None:
        self._log = log
        self._served: list[ServedCertificates] = []
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
        return served.context

    def ends(self) -> Mapping[Path, datetime]:
        """Until when each certificate that is served is valid, by its file."""
        return {path: end for served in self._served for path, end in served.ends().items()}

    def ending(self, now: datetime) -> list[str]:
        """What to tell a person of those that end soon, or have ended."""
        return [
            f"certificate {path.name} {'ends' if now < end else 'ended'} at {to_text(end)}"
            for path, end in self.ends().items()
            if end - now < ENDS_SOON
        ]

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

    def _note(self, served: ServedCertificates) -> None:
        self.renewed += 1
        self._log.info("certificates renewed", files=[str(path) for path in served.files])

    def _refuse(self, error: BadSetting) -> None:
        self.refused += 1
        self._log.error("new certificates cannot be used; the old ones are served on", reason=str(error))
