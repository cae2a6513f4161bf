"""Where the process begins: Ctrl-C ends it without a trace of the program's inside, however early it comes."""

import sys

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells count."""


def main() -> None:
    """Read the program in, which takes a moment, and run it."""
    try:
        # Not at the top of the file: an interrupt must find us within `try`.
        from contactor.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
