"""`contactor images`: firmware images that the central system hands out."""

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.cli.remote.client import DEFAULT_URL, ApiClient, ApiUrl, AsJson
from contactor.cli.remote.files import read_file, write_file
from contactor.cli.remote.output import print_json, print_one, print_rows

app = typer.Typer(help="Firmware images: upload, list, install at a station, remove.", no_args_is_help=True)

_COLUMNS = ("image_id", "file_name", "version", "size_bytes", "sha256", "is_signed", "uploaded_by", "uploaded_at")
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The image's number.")]


@app.command("list")
def list_images(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    api: ApiUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List images, the newest first."""
    items = ApiClient(api).pages("/firmware-images", "before", limit)
    print_json(items) if as_json else print_rows(items, _COLUMNS)


@app.command()
def show(number: Number, api: ApiUrl = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show an image."""
    item = ApiClient(api).get(f"/firmware-images/{number}")
    print_json(item) if as_json else print_one(item)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The image.")],
    version: Annotated[str, typer.Option("--version", help="What stations say they run afterwards.")],
    name: Annotated[str | None, typer.Option(help="Another name than the file's.")] = None,
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Upload an image, with its checksum."""
    content = read_file(file)
    checksum = hashlib.sha256(content).hexdigest()
    parameters = {"file_name": name or file.name, "version": version, "sha256": checksum}
    made = ApiClient(api).ask("POST", "/firmware-images", content=content, parameters=parameters).json()
    typer.echo(f"image {made['image_id']} is {made['file_name']}, version {version}, sha256 {checksum}")


@app.command()
def sign(
    number: Number,
    signature: Annotated[
        Path,
        typer.Argument(metavar="SIGNATURE", help="The signature over the image, as OpenSSL writes it or in Base64."),
    ],
    certificate: Annotated[Path, typer.Argument(metavar="CERTIFICATE", help="PEM file of whoever signed.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Give an image its signature, for stations that take signed firmware only."""
    body = {"signature": _in_base64(read_file(signature)), "signing_certificate": _text_of(certificate)}
    made = ApiClient(api).ask("PUT", f"/firmware-images/{number}/signature", body=body).json()
    typer.echo(
        f"image {made['image_id']}, {made['file_name']}, is signed; `contactor images install --signed` orders it"
    )


def _in_base64(content: bytes) -> str:
    try:
        base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        return base64.b64encode(content).decode()
    return b"".join(content.split()).decode()


def _text_of(file: Path) -> str:
    try:
        return read_file(file).decode("ascii")
    except UnicodeDecodeError as error:
        raise BadSetting("CERTIFICATE", str(file), "a PEM file with a certificate is needed") from error


@app.command()
def download(
    number: Number,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Write an image to a file."""
    write_file(file, ApiClient(api).ask("GET", f"/firmware-images/{number}/file").content)


@app.command()
def install(
    number: Number,
    station: Annotated[str, typer.Argument(help="The station's id.")],
    after: Annotated[str | None, typer.Option(help="Not before, such as 2026-05-01T02:00:00Z.")] = None,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    wait_for_station_s: Annotated[
        float | None, typer.Option(min=1, help="Let it wait so many seconds for a station that is away.")
    ] = None,
    signed: Annotated[
        bool, typer.Option("--signed", help="Order SignedUpdateFirmware, with the image's signature.")
    ] = False,
    via: Annotated[str, typer.Option(help="http, or ftp where that is served.")] = "http",
    api: ApiUrl = DEFAULT_URL,
) -> None:
    """Have a station fetch and install an image."""
    body: dict[str, object] = {"station_id": station, "retrieve_date": after, "why": why, "via": via, "signed": signed}
    body["wait_for_station_s"] = wait_for_station_s
    view = ApiClient(api).ask("POST", f"/firmware-images/{number}/install", body=body).json()
    typer.echo(f"command {view['command_id']} is {view['state']}; `contactor stations show` tells how it is going")


@app.command()
def remove(number: Number, api: ApiUrl = DEFAULT_URL) -> None:
    """Remove an image, unless a station may still fetch it."""
    ApiClient(api).ask("DELETE", f"/firmware-images/{number}")
    typer.echo(f"image {number} is removed")
