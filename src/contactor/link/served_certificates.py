"""SHELL: the certificates of a listener, renewed while it serves: who is connected stays, who comes next sees the new.

A TLS context cannot be emptied of a certificate, and the loop holds on to the context it was given. So that one only
stands at the door: as a handshake begins it is handed to the newest context behind it. A renewal is read as a whole
before it counts; one that cannot be used leaves everything as it was.
"""

import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from contactor.link.tls import CertificateFiles, Told, server_context, valid_until

_Marks = tuple[tuple[int, int, int] | None, ...]


class ServedCertificates:
    """One or two certificates with their keys, and the authorities of stations' own ones."""

    def __init__(
        self, certificates: Sequence[CertificateFiles], *, client_ca: Path | None = None, told: Told | None = None
    ) -> None:
        """Read the files.

        Raises:
            BadSetting: one is missing, unreadable, or does not belong to the other.
        """
        self._certificates = tuple(certificates)
        self._client_ca = client_ca
        self._told = told
        self._marks = self._marks_now()
        self._newest = self._read()
        self._ends = self._read_ends()
        self.context = self._read()
        """What the listener is to be given."""
        self.context.sni_callback = self._hand_over

    def renew(self) -> None:
        """Read the files again; handshakes that begin from now on see what they hold.

        Raises:
            BadSetting: they cannot be used, and what was served before still is.
        """
        self._marks = self._marks_now()
        newest, ends = self._read(), self._read_ends()
        self._newest, self._ends = newest, ends

    def renew_if_changed(self) -> bool:
        """Renew if a file is another than at the last try; tell whether that was so.

        Raises:
            BadSetting: as `renew`; not raised again before a file changes once more.
        """
        if self._marks_now() == self._marks:
            return False
        self.renew()
        return True

    def ends(self) -> Mapping[Path, datetime]:
        """Until when each certificate that is served now is valid, by its file."""
        return self._ends

    def client_authority_ends(self) -> Mapping[Path, datetime]:
        """Until when the authorities of stations' own certificates are valid: the first of a file's to end."""
        if self._client_ca is None:
            return {}
        ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in self._newest.get_ca_certs()]
        return {self._client_ca: datetime.fromtimestamp(min(ends), UTC)} if ends else {}

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that is read."""
        pairs = [path for each in self._certificates for path in (each.certificate, each.key)]
        return (*pairs, *(() if self._client_ca is None else (self._client_ca,)))

    def _read(self) -> ssl.SSLContext:
        return server_context(*self._certificates, client_ca=self._client_ca, told=self._told)

    def _read_ends(self) -> Mapping[Path, datetime]:
        return {each.certificate: valid_until(each.certificate) for each in self._certificates}

    def _hand_over(self, handshake: ssl.SSLSocket | ssl.SSLObject, _host: str | None, _door: ssl.SSLContext) -> None:
        """OpenSSL calls this for every handshake, whether the peer names a host or not."""
        handshake.context = self._newest

    def _marks_now(self) -> _Marks:
        return tuple(_mark(path) for path in self.files)


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What tells one version of a file from the next; a renewal may also put another file in its place."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
