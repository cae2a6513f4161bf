"""Floor 3: the charger's software; it does not know what the hardware is made of."""
