"""The lock that holds a detachable cable in its outlet; shut when energy is allowed, opened only when asked to."""


class CableLock:
    """One lock; a jam keeps it as it is. Without power it stays as it is, too."""

    __slots__ = ("is_jammed", "is_shut")

    def __init__(self) -> None:
        self.is_shut = False
        self.is_jammed = False

    def shut(self) -> None:
        """Hold the cable."""
        if not self.is_jammed:
            self.is_shut = True

    def open(self) -> None:
        """Let go of the cable."""
        if not self.is_jammed:
            self.is_shut = False
