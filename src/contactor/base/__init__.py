"""Floor 0: time, chance, identities and the error tree; the standard library only."""
