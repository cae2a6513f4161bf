"""The duty to bring stations the certificates that were signed for them (CertificateSigned, W A02)."""

from functools import partial

from sqlalchemy import Connection

from contactor.central.authority.certificate_rows import CertificateState, ToDeliver, end_certificate, to_deliver
from contactor.central.care.duty import Step, Subject
from contactor.central.commands.command import CommandState, CommandView
from contactor.ocpp.enumerations import CertificateSignedStatus, RegistrationStatus
from contactor.ocpp.messages import CertificateSigned


class CertificateDuty:
    """Orders one CertificateSigned for each certificate; without an answer it is ordered again."""

    def next_step(self, subject: Subject) -> Step | None:
        """Bring the certificate the station waits for, if there is one."""
        if subject.registration is not RegistrationStatus.ACCEPTED:
            return None
        found = to_deliver(subject.connection, subject.station_id, subject.now)
        if found is None:
            return None
        return Step(
            request=CertificateSigned(certificate_chain=found.chain),
            why="the certificate the station asked for",
            refused=partial(_refused, subject, found),
            ended=partial(_ended, subject, found),
        )


def _refused(subject: Subject, found: ToDeliver, connection: Connection, reason: str) -> None:
    end_certificate(connection, found.number, CertificateState.REJECTED, reason, subject.now)


def _ended(subject: Subject, found: ToDeliver, connection: Connection, view: CommandView) -> None:
    if view.state is CommandState.REFUSED:
        _refused(subject, found, connection, view.detail)
    elif view.state is CommandState.ANSWERED and view.status == CertificateSignedStatus.ACCEPTED:
        end_certificate(connection, found.number, CertificateState.INSTALLED, "", subject.now)
    elif view.state is CommandState.ANSWERED:
        _refused(subject, found, connection, f"the station answered {view.status}")
