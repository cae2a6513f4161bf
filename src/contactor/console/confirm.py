"""A dialog that asks before something is removed, and says what that means."""

from collections.abc import Awaitable, Callable

from contactor.console.role import Role
from contactor.console.visit import Visit
from contactor.ui.blocks import button, modal
from contactor.ui.frame import tag, words

Work = Callable[[], Awaitable[object]]


def confirm(
    visit: Visit,
    title: str,
    consequence: str,
    work: Work,
    *,
    label: str,
    done: str,
    on_done: Callable[[], Awaitable[None]],
    needs: Role = Role.OPERATOR,
) -> None:
    """Ask; what is to be done is done by the button with that label."""
    with modal(title) as dialog:
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
            words("p", consequence, "muted")

        async def do() -> None:
            if await visit.attempt(needs, work, done):
                dialog.close()
                await on_done()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button(label, do, kind="solid danger")
    dialog.open()
