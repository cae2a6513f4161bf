"""Where pages for browsers are served if nobody names a port."""

CONSOLE_PORT = 9090
PANEL_PORT = 9190
