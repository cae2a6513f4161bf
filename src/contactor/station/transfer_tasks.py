"""SHELL: the transfers of one station that are running, each a task, each ending in one event."""

import asyncio
from collections.abc import Callable

from contactor.station.effects import Note, StartDownload, StartUpload
from contactor.station.events import TransferFailed, TransferFinished
from contactor.station.file_transfer import FileTransfer, Progress, TransferFailure

PROGRESS_STEP_PERCENT = 25


class TransferTasks:
    """Starts and cancels transfers; `tell` gets the events, `observe` the notes of progress."""

    __slots__ = ("_files", "_observe", "_tasks", "_tell")

    def __init__(
        self,
        files: FileTransfer,
        tell: Callable[[TransferFinished | TransferFailed], None],
        observe: Callable[[Note], None],
    ) -> None:
        self._files = files
        self._tell = tell
        self._observe = observe
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, effect: StartDownload | StartUpload) -> None:
        """Begin a transfer; it must be on an event loop."""
        task = asyncio.get_running_loop().create_task(self._run(effect))
        self._tasks[effect.transfer] = task

    def cancel(self, transfer: int) -> None:
        """End a transfer without a word; one that has ended already is no error."""
        task = self._tasks.pop(transfer, None)
        if task is not None:
            task.cancel()

    def cancel_all(self) -> list["asyncio.Task[None]"]:
        """End everything without a word; returns what is about to end, for whoever waits for it."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        return tasks

    async def _run(self, effect: StartDownload | StartUpload) -> None:
        event: TransferFinished | TransferFailed
        progress = self._progress_of(effect.transfer)
        try:
            if isinstance(effect, StartDownload):
                content = await self._files.download(effect.url, effect.size_max, progress)
                event = TransferFinished(effect.transfer, content)
            else:
                await self._files.upload(effect.url, effect.content, progress)
                event = TransferFinished(effect.transfer)
        except TransferFailure as failure:
            event = TransferFailed(effect.transfer, str(failure))
        del self._tasks[effect.transfer]
        self._tell(event)

    def _progress_of(self, transfer: int) -> Progress:
        """Note a transfer's progress at every quarter of the way, if its length is known."""
        next_percent = PROGRESS_STEP_PERCENT

        def told(done: int, total: int | None) -> None:
            nonlocal next_percent
            percent = 100 * done // total if total else 0
            if percent >= next_percent:
                next_percent = percent - percent % PROGRESS_STEP_PERCENT + PROGRESS_STEP_PERCENT
                self._observe(Note("transfer progress", {"transfer": transfer, "percent": percent, "bytes": done}))

        return told
