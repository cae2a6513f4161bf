"""SHELL: the TLS of stations that dial: by files that came with them, and by what was installed over OCPP since."""

import ssl
from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory

from contactor.link.link import InstalledTls, OwnCertificateRefused
from contactor.link.tls import CertificateFiles, client_context

CONTEXTS_MAX = 16
"""So many are kept ready; a fleet's stations that trust the same share one."""


class StationTls:
    """Makes the contexts of one dialler.

    Roots that were installed are trusted beside `ca_file`; without one they take the place of the system's authorities.
    An installed certificate takes the place of `certificate`.
    """

    def __init__(self, ca_file: Path | None = None, certificate: CertificateFiles | None = None) -> None:
        """Read the files.

        Raises:
            BadSetting: one is missing, or cannot be used.
        """
        self._ca_file = ca_file
        self._certificate = certificate
        self.context: ssl.SSLContext | None = None
        """What holds where nothing is installed; None for what every machine trusts, which takes long to read."""
        if ca_file is not None or certificate is not None:
            self.context = client_context(ca_file, certificate)
        self._ready: OrderedDict[InstalledTls, ssl.SSLContext] = OrderedDict()

    @classmethod
    def of(cls, context: ssl.SSLContext) -> "StationTls":
        """A context that was made elsewhere, which holds where nothing is installed."""
        made = cls()
        made.context = context
        return made

    def context_for(self, installed: InstalledTls | None) -> ssl.SSLContext:
        """The context of a connection.

        Raises:
            ssl.SSLError: the roots that are installed cannot be used.
            OwnCertificateRefused: the certificate that is installed cannot be used.
        """
        if installed is None:
            self.context = self.context or client_context()
            return self.context
        ready = self._ready.get(installed)
        if ready is None:
            ready = self._ready[installed] = self._made(installed)
            if len(self._ready) > CONTEXTS_MAX:
                self._ready.popitem(last=False)
        self._ready.move_to_end(installed)
        return ready

    def _made(self, installed: InstalledTls) -> ssl.SSLContext:
        own = None if installed.chain else self._certificate
        if not installed.roots:
            context = client_context(self._ca_file, own)
        else:
            context = client_context(None if installed.is_alone else self._ca_file, own, trusts_system=False)
            context.load_verify_locations(cadata=installed.roots)
            # A root that another one has signed is trusted for itself (AdditionalRootCertificateCheck).
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if installed.chain:
            _show(context, installed)
        return context


def _show(context: ssl.SSLContext, installed: InstalledTls) -> None:
    """Show a certificate; OpenSSL takes one by way of files only, which are ours alone, and gone at once."""
    with TemporaryDirectory(prefix="contactor-") as place:
        chain, key = Path(place, "chain.pem"), Path(place, "key.pem")
        chain.write_text(installed.chain)
        key.touch(mode=0o600)
        key.write_text(installed.key)
        try:
            context.load_cert_chain(chain, key)
        except ssl.SSLError as error:
            raise OwnCertificateRefused(error.reason or str(error)) from error
