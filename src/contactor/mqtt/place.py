"""SHELL: the file that keeps how far the feed was told: a number, put in place whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from contactor.base.errors import BadSetting


class PlaceFile:
    """The number of the last event that the broker has taken."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> int | None:
        """The number; None if nothing was told yet.

        Raises:
            BadSetting: the file holds something else, or cannot be read.
        """
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting("--place", str(self._path), f"it cannot be read: {error}") from error
        if not text.isdecimal() or len(text) > 18:
            raise BadSetting("--place", str(self._path), "it holds no number of an event; remove it to begin anew")
        return int(text)

    def write(self, number: int) -> None:
        """Keep a number.

        Raises:
            BadSetting: it cannot be written.
        """
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(f"{number}\n", encoding="ascii")
            os.replace(fresh, self._path)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise BadSetting("--place", str(self._path), f"it cannot be written: {error.strerror}") from error
