"""Limits of power: the profiles a central system installs, what they allow when, and how the cabinet is shared."""
