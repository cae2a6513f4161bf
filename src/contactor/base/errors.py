"""The error tree: who is at fault decides the branch, and no class stands on two.

ContactorError
  BrokenPromise        ours: a bug; never caught but at a process boundary
  BadSetting           the operator's: a flag, file or table row; the command line prints it as one line
    BadRow             a row of the guide's data that contradicts itself
  LinkError            the network's: refused, lost, too slow
  ProtocolViolation    the peer's: it broke OCPP; carries the CALLERROR code (in `contactor.ocpp.errors`)
"""


class ContactorError(Exception):
    """Root of everything this project raises on purpose."""


class BrokenPromise(ContactorError):
    """Our own code broke its contract: a bug, whatever the input was."""


class BadSetting(ContactorError):
    """A person gave a value that cannot be used.

    The message names the setting, the value and what would be accepted; no value (None) is one that is missing.
    """

    def __init__(self, setting: str, value: object, expected: str) -> None:
        wrong = "not given" if value is None else f"{value!r} cannot be used"
        super().__init__(f"{setting}: {wrong}; {expected}")
        self.setting = setting
        self.value = value
        self.expected = expected


class BadRow(BadSetting):
    """A row of a data file is wrong; the message names file, entry and reason."""

    def __init__(self, file: str, entry: str, reason: str) -> None:
        ContactorError.__init__(self, f"{file}: {entry}: {reason}")
        self.setting = f"{file}: {entry}"
        self.value = None
        self.expected = reason


class LinkError(ContactorError):
    """The way to the peer failed; nothing is known about the peer's intentions."""
