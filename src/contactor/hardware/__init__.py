"""Floor 1: the seam between the charger's software and whatever carries the current."""
