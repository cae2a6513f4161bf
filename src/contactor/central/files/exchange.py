"""The exchange: all places together, and the addresses under which stations reach them, once something serves them."""

from enum import StrEnum

from contactor.central.files.place import PlaceKey


class Via(StrEnum):
    """How a file moves."""

    HTTP = "http"
    """By HTTP, or by HTTPS where the REST API is served so."""
    FTP = "ftp"


class Exchange:
    """Knows where places are; belongs to the event loop of the central system."""

    def __init__(self) -> None:
        self._urls: dict[Via, str] = {}

    def opened(self, via: Via, url: str) -> None:
        """Places are served there from now on."""
        self._urls[via] = url

    def closed(self, via: Via) -> None:
        """They are no more."""
        self._urls.pop(via, None)

    def serves(self, via: Via) -> bool:
        """Whether files can move so."""
        return via in self._urls

    def location(self, via: Via, key: PlaceKey, file_name: str = "") -> str | None:
        """The URL of a place, or of a file in it; None if nothing serves it so."""
        url = self._urls.get(via)
        return None if url is None else key.location(url, file_name)
