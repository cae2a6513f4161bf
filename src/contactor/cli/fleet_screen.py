"""What a person sees of a fleet's run: a bar while it comes online, then a line that lives."""

from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from contactor.fleet.tally import Sample


class FleetScreen:
    """Shows samples as they come, on stderr, so that stdout stays for what comes in the end."""

    def __init__(self, stations: int) -> None:
        self._progress = Progress(
            TextColumn("accepted"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=stations)
        self._before = Sample()
        self._progress.start()

    def show(self, sample: Sample, troubles: Mapping[str, int]) -> None:
        """Show a sample; rates are since the last one."""
        passed_s = max(sample.at_s - self._before.at_s, 1e-9)
        frames = sample.frames_sent + sample.frames_received
        rate = (frames - self._before.frames_sent - self._before.frames_received) / passed_s
        words = (
            f"{sample.charging} charging  {sample.power_w / 1000:.0f} kW  {max(rate, 0):.0f} messages/s"
            f"  {sample.owed} owed  {sum(troubles.values())} troubles"
        )
        self._progress.update(self._task, completed=sample.accepted, description=words)
        self._before = sample

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()
