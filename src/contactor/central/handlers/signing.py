"""SignCertificate from a station: signed by the authority there is, for who has proved who it is (W A02, SEC-25).

The certificate is kept with the answer in one transaction; the caretaker brings it to the station, as a command.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.base.instants import to_text
from contactor.central.alarms.raising import security_event_came
from contactor.central.authority.certificate_rows import count_since, keep_certificate, names_of_station
from contactor.central.authority.issued import RequestRefused, Signer
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.handlers.notifications import kept
from contactor.central.plan import Caller, Do, Plan
from contactor.central.roster import Roster
from contactor.central.security_mode import DEMANDS, KeyDemand, SecurityMode
from contactor.central.settings import CentralSettings
from contactor.central.store.key_room import LONG_TEXT_BYTES, fitting
from contactor.ocpp.enumerations import GenericStatus
from contactor.ocpp.messages import SignCertificate, SignCertificateResult

SIGNED_A_DAY_MAX = 10
REQUEST_REFUSED = "CertificateRequestRefused"
"""The security event of a request that was not signed."""


class Signing:
    """Answers requests for certificates; without a signer it refuses them all, and says so."""

    def __init__(
        self,
        signer: Signer | None,
        roster: Roster,
        least: SecurityMode,
        authorities: Mapping[Path, datetime] | None = None,
    ) -> None:
        self._signer = signer
        self.authorities = authorities or {}
        """The file of the authority behind the signer, and when it ends."""
        self._roster = roster
        self._least = least
        self.asked: Callable[[StationId], None] = lambda _station_id: None
        """Hears of each station that has asked, once its answer is on disk."""

    def sign_certificate(self, caller: Caller, request: SignCertificate) -> Plan:
        """Answer at once whether there will be a certificate."""

        def work(connection: Connection) -> SignCertificateResult:
            kept(caller, request).execute_on(connection)
            try:
                self._sign(connection, caller, request)
            except RequestRefused as error:
                _tell(connection, caller, str(error))
                return SignCertificateResult(status=GenericStatus.REJECTED)
            return SignCertificateResult(status=GenericStatus.ACCEPTED)

        return Do(work, after=lambda: self.asked(caller.station_id))

    def _sign(self, connection: Connection, caller: Caller, request: SignCertificate) -> None:
        if self._signer is None:
            raise RequestRefused("there is no authority behind this central system (station_authority_certificate)")
        if not self._has_proved_itself(caller.station_id):
            raise RequestRefused("the station is let in without a key and without a certificate: anybody could ask")
        if count_since(connection, caller.station_id, caller.received_at - timedelta(days=1)) >= SIGNED_A_DAY_MAX:
            raise RequestRefused(f"{SIGNED_A_DAY_MAX} were signed for the station within a day, and no more are")
        names = names_of_station(connection, caller.station_id)
        issued = self._signer.sign(request.csr, caller.station_id, names, caller.received_at)
        keep_certificate(connection, caller.station_id, issued, caller.received_at)

    def _has_proved_itself(self, station_id: StationId) -> bool:
        """Whether nobody without the station's key or certificate could be at the other end."""
        member = self._roster.find(station_id)
        if member is None:
            return False
        demand = DEMANDS[member.security or self._least]
        asks_for_key = demand.key is KeyDemand.ALWAYS or (demand.key is KeyDemand.IF_THERE_IS_ONE and member.key)
        return demand.certificate or bool(asks_for_key)


def _tell(connection: Connection, caller: Caller, reason: str) -> None:
    details = fitting(reason, LONG_TEXT_BYTES)
    facts = {"type": REQUEST_REFUSED, "details": details, "happened_at": to_text(caller.received_at)}
    record_event(connection, EventKind.SECURITY_EVENT, caller.station_id, caller.received_at, facts)
    security_event_came(connection, caller.station_id, REQUEST_REFUSED, details, caller.received_at)


def open_signing(settings: CentralSettings, roster: Roster) -> Signing:
    """The answers that the settings want.

    Raises:
        BadSetting: the authority's files cannot be used.
    """
    least = SecurityMode(settings.least_security)
    certificate, key = settings.station_authority_certificate, settings.station_authority_key
    if certificate is None or key is None:
        return Signing(None, roster, least)
    from contactor.central.authority.authority_files import read_authority  # slow to load, and only who signs needs it

    authority = read_authority(certificate, key, timedelta(days=settings.station_certificate_days))
    return Signing(authority, roster, least, {Path(certificate): authority.ends})
