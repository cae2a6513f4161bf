"""The central system of a twin: answers as the real one would by its record, and asks what is to be tried."""

from collections.abc import Mapping
from typing import Any

import msgspec

from contactor.base.clock import Clock
from contactor.base.errors import BrokenPromise
from contactor.base.instants import to_text
from contactor.central.rehearsal.known import KnownStation
from contactor.central.tags import tag_key
from contactor.link.link import Admit, Closure, Handshake, Link
from contactor.ocpp.codec import write_payload
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import AuthorizationStatus
from contactor.ocpp.messages import Request

FIRST_OTHER_NUMBER = 2_000_000_000
"""Transactions that begin on the twin are numbered from here, far from any real one."""
INTERVAL_S = 300

Fields = dict[str, object]


class TwinCentral:
    """One end of a line in memory; the twin is at the other."""

    def __init__(self, known: KnownStation, clock: Clock) -> None:
        self._known = known
        self._clock = clock
        self._link: Link | None = None
        self._orders = 0
        self._others = 0
        self.is_staging = False
        """While the known state is set up, starts get the numbers of the real transactions."""

    def admit(self, _handshake: Handshake) -> Admit:
        """Let the twin in."""
        return Admit(self)

    def link_opened(self, link: Link) -> None:
        """The twin is there."""
        self._link = link

    def text_received(self, text: bytes) -> None:
        """Answer a call; the twin's own answers are read where its frames are."""
        match msgspec.json.decode(text):
            case [2, str() as message_id, str() as action, dict() as fields]:
                self._send(msgspec.json.encode([3, message_id, self._answer(action, fields)]))

    def link_closed(self, _closure: Closure) -> None:
        """The twin is gone."""
        self._link = None

    def order(self, request: Request) -> str | None:
        """Ask the twin something; the message id, None while it is not connected, or if no wire takes the request."""
        if self._link is None:
            return None
        try:
            payload = msgspec.Raw(write_payload(request))
        except BrokenPromise:  # the record keeps texts longer than OCPP's, as stations sent them
            return None
        self._orders += 1
        message_id = f"trial-{self._orders}"
        self._send(msgspec.json.encode([2, message_id, type(request).__name__, payload]))
        return message_id

    def _answer(self, action: str, fields: Mapping[str, Any]) -> Fields:  # Any: JSON of any shape
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": to_text(self._clock.now()), "interval": self._interval_s()}
            case "Heartbeat":
                return {"currentTime": to_text(self._clock.now())}
            case "Authorize":
                return {"idTagInfo": self._judged(fields["idTag"])}
            case "StartTransaction":
                number = self._number(fields["connectorId"])
                return {"transactionId": number, "idTagInfo": self._judged(fields["idTag"])}
            case "StopTransaction" if "idTag" in fields:
                return {"idTagInfo": self._judged(fields["idTag"])}
            case "DataTransfer":
                return {"status": "UnknownVendorId"}
            case "SignCertificate":
                return {"status": "Rejected"}
            case _:
                return {}

    def _interval_s(self) -> int:
        """What the real one gave, as the station reports it: a boot sets the key (D-36)."""
        key = self._known.key("HeartbeatInterval")
        is_number = key is not None and key.value is not None and key.value.isdecimal()
        return int(key.value) if is_number and key is not None and key.value is not None else INTERVAL_S

    def _judged(self, id_tag: str) -> IdTagInfo:
        """As the record judges it; whoever has a transaction already was accepted once."""
        if self.is_staging:
            return IdTagInfo(status=AuthorizationStatus.ACCEPTED)
        return self._known.tags.get(tag_key(id_tag), IdTagInfo(status=AuthorizationStatus.INVALID))

    def _number(self, connector_id: int) -> int:
        known = self._known.transaction_on(connector_id)
        if self.is_staging and known is not None:
            return known.number
        self._others += 1
        return FIRST_OTHER_NUMBER + self._others

    def _send(self, text: bytes) -> None:
        if self._link is not None:
            self._link.send(text)
