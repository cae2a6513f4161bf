"""Where the control API listens unless told otherwise; who only asks it needs to know no more of it."""

DEFAULT_PORT = 9180
LOOPBACK = "127.0.0.1"
