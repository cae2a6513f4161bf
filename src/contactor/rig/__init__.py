"""Floor 3: simulated charger hardware; it has never heard of OCPP."""
