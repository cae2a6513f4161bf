"""The dialog of a command: what it does, its form, what speaks against it, and what the station answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json
from contactor.console.checks import Known, Objection, object_to
from contactor.console.commands import COMMANDS, CONSEQUENCES
from contactor.console.fields import fields_of
from contactor.console.form import Form
from contactor.console.role import Role
from contactor.console.visit import Visit, told
from contactor.console.what_if import WhatIf
from contactor.ui.blocks import banner, button, modal
from contactor.ui.frame import tag, words

WAIT_S = 30
_CAN_BE_FORCED = "send it with force"
_GOOD = frozenset({"Accepted", "Scheduled", "Unlocked", "RebootRequired"})

OnDone = Callable[[Json], Awaitable[None] | None]


class CommandDialog:
    """Asks one station for something; `known` is what the guide says of it, `charges` how many transactions run."""

    def __init__(
        self,
        visit: Visit,
        station_id: str,
        action: str,
        *,
        known: Known,
        charges: int = 0,
        given: Mapping[str, Any] | None = None,
        on_done: OnDone | None = None,
    ) -> None:
        self._visit = visit
        self._station_id = station_id
        self._action = action
        self._known = known
        self._on_done = on_done
        about = COMMANDS[action]
        with modal(about.title) as self._dialog:
            with tag("div", "dialog-head"):
                words("h2", about.title).style("font-size: 17px")
                words("p", f"To {station_id}. {about.does}", "muted")
            with tag("div", "dialog-body"):
                consequence = CONSEQUENCES.get(action)
                if consequence is not None and consequence(charges):
                    banner(consequence(charges))
                self._form = Form(fields_of(action), given or {}, visit.instant)
                self._force = ui.checkbox("Send it all the same (force)")
                self._force.set_visibility(False)
                self._what_if = WhatIf(visit, station_id)
                self._verdict = words("div", "", "verdict").props("role=status aria-live=polite")
                self._verdict.set_visibility(False)
            with tag("div", "dialog-foot"):
                button("Close", self._dialog.close)
                button("What would it do?", self._try, icon="science")
                kind = "solid danger" if about.is_destructive else "solid"
                self._send = button(
                    about.title if about.is_destructive else "Send", self._on_send, icon="send", kind=kind
                )

    def open(self) -> None:
        """Show it."""
        self._dialog.open()

    async def _try(self) -> None:
        """Try it on a twin; whatever the form holds."""
        try:
            await self._what_if.ask(self._action, self._form.payload())
        except (ValueError, OverflowError) as error:
            self._say(f"A field cannot be read: {error}", "bad")

    async def _on_send(self) -> None:
        if not self._visit.may(Role.OPERATOR):
            self._say(f"Commands need the role operator; you are {self._visit.session.role}.", "bad")
            return
        try:
            payload = self._form.payload()
        except (ValueError, OverflowError) as error:
            self._say(f"A field cannot be read: {error}", "bad")
            return
        if not self._force.value and not self._accepts(object_to(self._action, payload, self._known)):
            return
        self._send.disable()
        self._say("Sent; waiting for the station's answer …", "wait")
        try:
            view = await send_command(self._visit, self._station_id, self._action, payload, force=self._force.value)
        except (ApiRefusal, ApiUnreachable) as error:
            self._refused(error)
        else:
            self._say(*answer_words(view))
            if self._on_done is not None:
                doing = self._on_done(view)
                if doing is not None:
                    await doing
        finally:
            self._send.enable()

    def _accepts(self, objections: list[Objection]) -> bool:
        left = self._form.object_to(objections)
        if objections:
            told_here = "; ".join(f"{each.field}: {each.reason}" for each in left)
            self._say(told_here or "Not sent: look at the fields marked above.", "bad")
            self._force.set_visibility(self._known.product is not None)
        return not objections

    def _refused(self, error: ApiRefusal | ApiUnreachable) -> None:
        self._say(told(error), "bad")
        if isinstance(error, ApiRefusal):
            self._form.object_to([Objection(error.field.removeprefix("payload."), error.detail)])
            self._force.set_visibility(_CAN_BE_FORCED in error.detail)

    def _say(self, text: str, kind: str) -> None:
        assert isinstance(self._verdict, ui.label)
        self._verdict.text = text
        self._verdict.classes(replace=f"verdict {kind}")
        self._verdict.set_visibility(True)


async def send_command(
    visit: Visit, station_id: str, action: str, payload: Mapping[str, Any], *, force: bool = False
) -> Json:
    """Order it, and wait for the answer."""
    order = {"station_id": station_id, "action": action, "payload": payload, "force": force}
    return await visit.api.send("POST", "/commands", order, wait=WAIT_S)


def answer_words(view: Json) -> tuple[str, str]:
    """What came of a command, and whether that is good, bad, or neither."""
    state, status = view["state"], view["status"]
    if state == "answered":
        rest = {name: value for name, value in (view["answer"] or {}).items() if name != "status"}
        text = f"The station answers {status or 'without a status'}."
        if rest:
            text += " " + ", ".join(f"{name}: {value}" for name, value in rest.items())[:600]
        return text, "good" if status is None or status in _GOOD else "bad"
    if state in ("queued", "sent"):
        return "No answer yet; the command history will show it.", "wait"
    return f"{state.replace('_', ' ').capitalize()}. {view['detail']}".strip(), "bad"
