"""Which close codes and reasons may stand on the wire (RFC 6455 section 7.4)."""

# A close frame has 125 bytes, two of them for the code (RFC 6455 section 5.5).
REASON_BYTES_MAX = 123
# Stands for "no close frame came" in interfaces, and so never in a frame.
CODE_ABNORMAL = 1006


def may_be_sent(code: int) -> bool:
    """Whether a close code may stand on the wire; picows has stopped most that may not."""
    return 1000 <= code <= 4999 and code != CODE_ABNORMAL


def shorten(reason: str) -> str:
    """As much of a reason as a close frame has room for, in whole characters."""
    return reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
