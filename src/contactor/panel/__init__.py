"""Floor 5: the charger as a driver meets it, and its surroundings; speaks only to the station's control API."""
