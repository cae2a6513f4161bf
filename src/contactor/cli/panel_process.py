"""The front panel as a child process."""

from collections.abc import Sequence

from contactor.cli.control.client import TOKEN_VARIABLE
from contactor.cli.pages_process import PagesProcess


class PanelProcess(PagesProcess):
    """A front panel that is kept running: `async with PanelProcess(control_url, port=9190) as panel:`."""

    def __init__(self, control_url: str, *, port: int, badges: Sequence[str] = (), token: str | None = None) -> None:
        given = [word for badge in badges for word in ("--badge", badge)]
        # Not as an argument: every user of a machine can read those.
        environment = {TOKEN_VARIABLE: token or ""}
        super().__init__("panel", ("--at", control_url, *given), port=port, environment=environment)
