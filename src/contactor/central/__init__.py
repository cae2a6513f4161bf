"""Floor 3: the central system; it does not know how a station works inside."""
