"""`contactor firmware`: makes and checks firmware images of virtual stations."""

import json
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.guide.load import load_product
from contactor.station.firmware_image import BadImage, make_image, read_image

app = typer.Typer(help="Make and check firmware images for virtual stations.", no_args_is_help=True)

ProductOption = Annotated[str, typer.Option("--product", metavar="NAME", help="Whose station the image is for.")]


@app.command()
def make(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The file to write.")],
    version: Annotated[str, typer.Option("--version", help="The firmwareVersion a station has afterwards.")],
    payload: Annotated[Path | None, typer.Option(help="A file to pack; nothing runs it.")] = None,
    product: ProductOption = "evlink_pro_dc",
) -> None:
    """Write an image that UpdateFirmware can bring to a virtual station."""
    content = b"" if payload is None else _bytes_of("--payload", payload)
    made = make_image(load_product(product).name, version, content)
    try:
        image.write_bytes(made)
    except OSError as error:
        raise BadSetting("IMAGE", str(image), f"it cannot be written ({error.strerror})") from error
    typer.echo(f"{image}: version {version}, {len(made)} bytes; offer it by FTP, HTTP or HTTPS")


@app.command()
def check(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The file to read.")],
    product: ProductOption = "evlink_pro_dc",
) -> None:
    """Say what a station would say of an image: its version, or why it is refused."""
    try:
        header = read_image(_bytes_of("IMAGE", image), load_product(product).name)
    except BadImage as error:
        raise BadSetting("IMAGE", str(image), str(error)) from error
    typer.echo(json.dumps({"product": header.product, "version": header.version, "size": header.size}))


def _bytes_of(setting: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadSetting(setting, str(file), f"it cannot be read ({error.strerror})") from error
