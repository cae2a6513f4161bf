"""The tab of the certificates that were signed for a station, and what became of each."""

from contactor.console.api_client import Json
from contactor.console.desk import StationDesk
from contactor.console.section import Records
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.writing import milliseconds

CERTIFICATES = (
    Column("asked", "Asked for", "instant"),
    Column("state", "State", "pill"),
    Column("until", "Valid until", "instant"),
    Column("subject", "Subject", "mono"),
    Column("serial", "Serial number", "mono"),
    Column("detail", "Why not"),
)
NONE = ("No certificate", "None was signed for this station; it asks by SignCertificate.")


def certificates_tab(desk: StationDesk) -> None:
    """What was signed for it."""
    table = RecordTable(CERTIFICATES, keyed="number", caption="Certificates", empty=NONE)
    Records(desk.visit, f"{desk.path}/certificates", table, _row)


def _row(view: Json) -> Row:
    return {
        "number": view["number"],
        "asked": milliseconds(view["asked_at"]),
        "state": view["state"],
        "until": milliseconds(view["valid_until"]),
        "subject": view["subject"],
        "serial": view["serial_number"],
        "detail": view["detail"],
    }
