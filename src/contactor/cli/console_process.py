"""The console as a child process: no open tab takes a millisecond from the central system's loop."""

from contactor.cli.pages_process import PagesProcess


class ConsoleProcess(PagesProcess):
    """A console that is kept running: `async with ConsoleProcess(api_url, port=9090) as console:`."""

    def __init__(self, api_url: str, *, host: str = "127.0.0.1", port: int) -> None:
        super().__init__("console", ("--api", api_url, "--host", host), port=port)
