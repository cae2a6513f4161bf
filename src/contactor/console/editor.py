"""A dialog that adds a record of the API, or changes one: its form, and what the API says against it at the field."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable
from contactor.console.checks import Objection
from contactor.console.fields import Field
from contactor.console.form import Form
from contactor.console.role import Role
from contactor.console.visit import Visit, told
from contactor.ui.blocks import button, modal
from contactor.ui.frame import tag, words

Body = dict[str, Any]  # Any: JSON of a form


class RecordEditor:
    """Asks for the fields of a record; `save` sends them."""

    def __init__(
        self,
        visit: Visit,
        title: str,
        about: str,
        fields: Sequence[Field],
        given: Mapping[str, Any],
        *,
        save: Callable[[Body], Awaitable[object]],
        on_done: Callable[[], Awaitable[None]],
        needs: Role = Role.OPERATOR,
        label: str = "Save",
    ) -> None:
        self._visit = visit
        self._needs = needs
        self._sends = save
        self._on_done = on_done
        with modal(title, wide=True) as self._dialog:
            with tag("div", "dialog-head"):
                words("h2", title).style("font-size: 17px")
                words("p", about, "muted")
            with tag("div", "dialog-body"):
                self._form = Form(fields, given, visit.instant)
                self._verdict = words("div", "", "verdict bad").props("role=status aria-live=polite")
                self._verdict.set_visibility(False)
            with tag("div", "dialog-foot"):
                button("Cancel", self._dialog.close)
                button(label, self._save, kind="solid")

    def open(self) -> None:
        """Show it."""
        self._dialog.open()

    async def _save(self) -> None:
        if not self._visit.may(self._needs):
            self._say(f"This needs the role {self._needs}; you are {self._visit.session.role}.")
            return
        try:
            await self._sends(self._form.payload())
        except ValueError as error:
            self._say(f"A field cannot be read: {error}")
        except ApiRefusal as error:
            self._say(told(error))
            self._form.object_to([Objection(_as_path(error.field), error.detail)])
        except ApiUnreachable as error:
            self._say(told(error))
        else:
            self._dialog.close()
            await self._on_done()

    def _say(self, text: str) -> None:
        assert isinstance(self._verdict, ui.label)
        self._verdict.text = text
        self._verdict.set_visibility(True)


def _as_path(field: str) -> str:
    """The API's "members.0.station_id" as forms have it: "members[0].station_id"."""
    steps = field.split(".")
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps).removeprefix(".")
