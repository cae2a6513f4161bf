"""A dialog that shows a secret, once."""

from contactor.ui.blocks import button, modal
from contactor.ui.frame import tag, words


def show_secret(title: str, about: str, secret: str) -> None:
    """Show it until the dialog is closed; then no page has it any more."""
    with modal(title) as dialog:
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
            words("p", about, "muted")
        with tag("div", "dialog-body"):
            words("pre", secret, "code").props("tabindex=0")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.open()
