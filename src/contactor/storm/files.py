"""SHELL: the file servers of a storm: firmware to fetch and a place for diagnostics, slow and sometimes gone."""

import asyncio

from contactor.station.file_transfer import Progress, TransferFailure
from contactor.station.firmware_image import make_image
from contactor.storm.chance import Chance

TRANSFER_S = 20.0


class StormFiles:
    """Moves a station's files in virtual time; `fails` is how likely a transfer is to fail."""

    def __init__(self, product: str, chance: Chance, *, fails: float = 0.2) -> None:
        self._product = product
        self._chance = chance
        self._fails = fails

    async def download(self, url: str, size_max: int, progress: Progress) -> bytes:
        """Hand out an image whose version is the last word of the URL."""
        await self._pass_time()
        image = make_image(self._product, url.rsplit("/", 1)[-1])
        if len(image) > size_max:
            raise TransferFailure(f"the file has more than {size_max} bytes")
        progress(len(image), len(image))
        return image

    async def upload(self, _url: str, content: bytes, progress: Progress) -> None:
        """Take a file and forget it."""
        await self._pass_time()
        progress(len(content), len(content))

    async def _pass_time(self) -> None:
        await asyncio.sleep(self._chance.between(1.0, TRANSFER_S))
        if self._chance.happens(self._fails):
            raise TransferFailure("the file server is gone")
