"""Both ends of the OCPP 1.6 wire of a DC fast charger, and the wire."""

__version__ = "0.1.0"
