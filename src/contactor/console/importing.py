"""A dialog that brings a CSV file in; with one bad row none is taken, and the API says which."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from contactor.console.role import Role
from contactor.console.visit import Visit
from contactor.ui.blocks import button, modal
from contactor.ui.frame import tag, words

FILE_BYTES_MAX = 4 * 1024 * 1024


def import_file(visit: Visit, title: str, about: str, path: str, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open it; what is chosen is sent at once."""
    with modal(title) as dialog:
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
            words("p", about, "muted")

        async def uploaded(event: events.UploadEventArguments) -> None:
            content = await event.file.read()

            async def work() -> None:
                found = await visit.api.send("POST", path, content=content)
                ui.notify(f"{found['added']} added, {found['replaced']} replaced.", type="positive")

            if await visit.attempt(Role.OPERATOR, work):
                dialog.close()
                await on_done()
            else:
                upload.reset()

        with tag("div", "dialog-body"):
            upload = ui.upload(label="CSV file", on_upload=uploaded, auto_upload=True, max_file_size=FILE_BYTES_MAX)
            upload.props("accept=.csv flat bordered").style("width: 100%")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.open()
