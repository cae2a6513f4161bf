"""The places for files a scenario describes: firmware to fetch, and room for whatever a station brings."""

from collections.abc import Mapping

from contactor.station.file_transfer import Progress, TransferFailure
from contactor.station.firmware_image import make_image


class ScriptedFiles:
    """Moves files in no time; `firmware` has the version of the image at each URL, and nothing else can be fetched."""

    def __init__(self, product: str, firmware: Mapping[str, str]) -> None:
        self._product = product
        self._firmware = firmware

    async def download(self, url: str, size_max: int, progress: Progress) -> bytes:
        """Fetch an image.

        Raises:
            TransferFailure: the scenario has none there, or it is too large.
        """
        version = self._firmware.get(url)
        if version is None:
            raise TransferFailure("the scenario has no file there")
        image = make_image(self._product, version)
        if len(image) > size_max:
            raise TransferFailure(f"it has more than {size_max} bytes")
        progress(len(image), len(image))
        return image

    async def upload(self, _url: str, content: bytes, progress: Progress) -> None:
        """Take a file."""
        progress(len(content), len(content))
