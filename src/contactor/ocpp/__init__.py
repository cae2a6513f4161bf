"""Floor 1: OCPP 1.6 without I/O and without any product."""
