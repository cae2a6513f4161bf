"""The forms of files: diagnostics that are ordered and arrive, and firmware images."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, Field, StringConstraints

from contactor.central.api.shapes import Body, Instant, ShortText, StationText
from contactor.central.files.diagnostics_rows import Diagnostics, DiagnosticsState
from contactor.central.files.exchange import Via
from contactor.central.files.image_rows import Image
from contactor.central.milliseconds import from_ms

WAITING_MAX_S = 30 * 24 * 3600

FILE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
"""Names are never paths here, and are shown, saved and sent in headers as they are."""
FileText = Annotated[str, StringConstraints(pattern=FILE_PATTERN)]
ViaWay = Annotated[Via, Field(description="How the file moves; by FTP only where ftp_port is set.")]
FilePath = Annotated[FileText, Path(examples=["diagnostics-SN-1.zip"])]
PlacePath = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$"), Path(examples=["0123456789abcdef"])]
VersionText = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,50}$")]
"""As BootNotification can tell it back."""
ChecksumText = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SignatureText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=]{1,800}$")]
CertificateText = Annotated[str, StringConstraints(pattern=r"^[\n\r -~]{1,5500}$")]
"""As long as SignedUpdateFirmware takes them."""
WaitingS = Annotated[float, Field(gt=0, le=WAITING_MAX_S)]


class NewDiagnostics(Body):
    """Which diagnostics are wanted."""

    start_time: Instant | None = Field(None, description="Nothing from before.")
    stop_time: Instant | None = Field(None, description="Nothing from after.")
    why: ShortText = Field("", examples=["the screen hangs"])
    wait_for_station_s: WaitingS | None = Field(None, description="Let it wait so long for a station that is away.")
    via: ViaWay = Via.HTTP

    def payload(self, location: str) -> dict[str, object]:
        """The request, as OCPP spells it."""
        times = {"startTime": self.start_time, "stopTime": self.stop_time}
        return {"location": location, **{name: at.isoformat() for name, at in times.items() if at is not None}}


class DiagnosticsBody(BaseModel):
    """Diagnostics of one order."""

    diagnostics_id: int
    station_id: str
    ordered_by: str
    why: str
    ordered_at: datetime
    command_id: int | None = Field(description="The GetDiagnostics among the commands.")
    state: DiagnosticsState
    detail: str = Field(description="Why there will be no file, where there will be none.")
    status_told: str | None = Field(description="The station's own last DiagnosticsStatusNotification on it.")
    file_name: str | None
    arrived_at: datetime | None
    size_bytes: int | None
    sha256: str | None

    @classmethod
    def of(cls, found: Diagnostics) -> Self:
        """As it is kept."""
        content = found.content
        return cls(
            diagnostics_id=found.diagnostics_id,
            station_id=found.station_id,
            ordered_by=found.ordered_by,
            why=found.why,
            ordered_at=from_ms(found.ordered_at_ms),
            command_id=found.command_id,
            state=found.state,
            detail=found.detail,
            status_told=found.status_told,
            file_name=found.file_name,
            arrived_at=None if found.arrived_at_ms is None else from_ms(found.arrived_at_ms),
            size_bytes=None if content is None else content.size_bytes,
            sha256=None if content is None else content.sha256,
        )


class ImageBody(BaseModel):
    """A firmware image that stations can fetch."""

    image_id: int
    file_name: str
    version: str
    size_bytes: int
    sha256: str
    uploaded_by: str
    uploaded_at: datetime
    is_signed: bool = Field(description="Whether it can be ordered by SignedUpdateFirmware.")

    @classmethod
    def of(cls, image: Image) -> Self:
        """As it is kept."""
        return cls(
            image_id=image.image_id,
            file_name=image.file_name,
            version=image.version,
            size_bytes=image.content.size_bytes,
            sha256=image.content.sha256,
            uploaded_by=image.uploaded_by,
            uploaded_at=from_ms(image.uploaded_at_ms),
            is_signed=image.signature is not None,
        )


class NewSignature(Body):
    """Who signed an image, and how."""

    signature: SignatureText = Field(description="Over the file, by RSA or ECDSA with SHA-256, in Base64.")
    signing_certificate: CertificateText = Field(description="Of whoever signed, in PEM.")


class Installation(Body):
    """Which station is to install an image."""

    station_id: StationText = Field(examples=["RDAM-01"])
    retrieve_date: Instant | None = Field(None, description="Not before; at once without it.")
    signed: bool = Field(False, description="Order SignedUpdateFirmware, for a station that has the white paper's.")
    why: ShortText = Field("", examples=["fixes the screen"])
    wait_for_station_s: WaitingS | None = Field(None, description="Let it wait so long for a station that is away.")
    via: ViaWay = Via.HTTP
