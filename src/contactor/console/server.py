"""SHELL: serves the console: a process of its own, or a part of one that has a loop."""

import asyncio
from types import TracebackType
from typing import Self

from contactor.console.app import make_app
from contactor.web.serving import Serving, listen, url_of


class ConsoleServer:
    """The console of a central system: `async with ConsoleServer(api_url) as console:`. One in a process."""

    def __init__(self, api_url: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = make_app(api_url)
        self._listening = listen("--port", host, port, what="the console")
        self.url = url_of(host, self._listening.getsockname()[1])

    async def __aenter__(self) -> Self:
        self._life = self._app.router.lifespan_context(self._app)
        await self._life.__aenter__()
        self._serving = await Serving.start(self._app, self._listening, name="contactor-console")
        self._hub = asyncio.create_task(self._app.state.hub.run(), name="contactor-console-hub")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hub.cancel()
        await asyncio.gather(self._hub, return_exceptions=True)
        await self._serving.stop()
        await self._life.__aexit__(None, None, None)
