"""Floor 5: wiring and words."""
