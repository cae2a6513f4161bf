"""Firmware: the images that stations can fetch, brought here, handed out, and installed."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from contactor.console.api_client import API, Json
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, modal, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

IMAGE_BYTES_MAX = 1024 * 1024 * 1024
"""More than any central system takes; what it takes itself it says."""
_HOUR_S = 3600
_ACTS = (
    Press("install", "Install", when="can_act"),
    Press("download", "Download", when="can_act"),
    Press("remove", "Remove", danger=True, when="can_act"),
)
COLUMNS = (
    Column("image_id", "Image", "number"),
    Column("file_name", "File", "mono"),
    Column("version", "Version", "mono"),
    Column("size", "Size, MB", "number", decimals=2),
    Column("sha256", "SHA-256", "mono"),
    Column("by", "By"),
    Column("at", "Brought", "instant"),
    Column("buttons", "", "buttons", buttons=_ACTS),
)
_FIELDS = (
    Field("station_id", FieldKind.TEXT, True, length_max=255, title="Station"),
    Field("retrieve_date", FieldKind.INSTANT, False, title="Not before; at once without it"),
    Field("wait_h", FieldKind.INTEGER, False, minimum=1, title="Wait for a station that is away, hours"),
    Field("why", FieldKind.TEXT, False, length_max=200, title="Why"),
)


def image_row(view: Json, *, can_act: bool) -> Row:
    """An image as a row."""
    return {
        "image_id": view["image_id"],
        "file_name": view["file_name"],
        "version": view["version"],
        "size": view["size_bytes"] / 1_000_000,
        "sha256": f"{view['sha256'][:12]}…",
        "by": view["uploaded_by"],
        "at": milliseconds(view["uploaded_at"]),
        "can_act": can_act,
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Firmware")):
        with page_head("Firmware", "Images that stations can fetch from here, each from a place of its own"):
            if visit.may(Role.OPERATOR):
                button("Add image", lambda: _upload(visit, records.refresh), icon="upload", kind="solid")
        with card("Images", body=False):
            records = _images(visit)


def _images(visit: Visit) -> Records:
    can_act = visit.may(Role.OPERATOR)
    records: Records

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if str(each["image_id"]) == key), None)
        if view is None or not visit.may(Role.OPERATOR):
            return
        if name == "install":
            install(visit, view)
        elif name == "download":
            ui.download(f"{API}/firmware-images/{view['image_id']}/file", view["file_name"])
        else:
            _remove(visit, view, records.refresh)

    table = RecordTable(
        COLUMNS,
        keyed="image_id",
        caption="Firmware images",
        empty=("No image yet", "Add one: stations fetch it from here, and its checksum is kept."),
        on_press=pressed,
    )
    records = Records(visit, "/firmware-images", table, lambda view: image_row(view, can_act=can_act))
    return records


def install(
    visit: Visit, image: Json, station_id: str = "", on_done: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Ask which station is to install an image, and order it."""

    async def save(body: Body) -> None:
        wait_h = body.pop("wait_h", None)
        order = body if wait_h is None else {**body, "wait_for_station_s": wait_h * _HOUR_S}
        view = await visit.api.send("POST", f"/firmware-images/{image['image_id']}/install", order)
        ui.notify(f"Ordered from {view['station_id']}: command {view['command_id']}.", type="positive")

    async def done() -> None:
        if on_done is not None:
            await on_done()

    about = f"The station fetches {image['file_name']}, and restarts with {image['version']} once no car charges."
    given = {"station_id": station_id}
    RecordEditor(visit, "Install firmware", about, _FIELDS, given, save=save, on_done=done, label="Install").open()


def _upload(visit: Visit, on_done: Callable[[], Awaitable[None]]) -> None:
    with modal("Add image") as dialog:
        with tag("div", "dialog-head"):
            words("h2", "Add image").style("font-size: 17px")
            words("p", "The version is what stations say they run afterwards. Name it, then choose the file.", "muted")
        with tag("div", "dialog-body"):
            version = ui.input("Version *").props("outlined dense maxlength=50")
            checksum = ui.input("SHA-256, to be sure that it arrives unharmed").props("outlined dense maxlength=64")

            async def uploaded(event: events.UploadEventArguments) -> None:
                known = {"file_name": event.file.name, "version": version.value, "sha256": checksum.value.lower()}
                work = lambda: visit.api.send(  # noqa: E731 - a name for one call
                    "POST", "/firmware-images", content=event.file.iterate(), **known
                )
                if await visit.attempt(Role.OPERATOR, work, f"{event.file.name} is here."):
                    dialog.close()
                    await on_done()
                else:
                    upload.reset()

            upload = ui.upload(label="Image", on_upload=uploaded, auto_upload=True, max_file_size=IMAGE_BYTES_MAX)
            upload.props("flat bordered").style("width: 100%")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.open()


def _remove(visit: Visit, view: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    confirm(
        visit,
        f"Remove {view['file_name']}?",
        "No station can fetch it any more. One that was told to and has not yet keeps it here.",
        lambda: visit.api.send("DELETE", f"/firmware-images/{view['image_id']}"),
        label="Remove the image",
        done="Removed.",
        on_done=on_done,
    )
