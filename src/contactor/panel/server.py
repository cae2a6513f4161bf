"""SHELL: serves the panel, a process of its own, on this machine only: whoever opens it may do everything."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from contactor.panel.app import make_app
from contactor.web.serving import Serving, listen, url_of

LOOPBACK = "127.0.0.1"


class PanelServer:
    """The panel of stations: `async with PanelServer(control_url, port=9190) as panel:`. One in a process."""

    def __init__(
        self, control_url: str, *, port: int = 0, token: str | None = None, badges: Sequence[str] = ()
    ) -> None:
        self._app = make_app(control_url, token, badges)
        self._listening = listen("--port", LOOPBACK, port, what="the panel")
        self.url = url_of(LOOPBACK, self._listening.getsockname()[1])

    async def __aenter__(self) -> Self:
        self._life = self._app.router.lifespan_context(self._app)
        await self._life.__aenter__()
        self._serving = await Serving.start(self._app, self._listening, name="contactor-panel")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._app.state.desk.close()
        await self._serving.stop()
        await self._life.__aexit__(None, None, None)
