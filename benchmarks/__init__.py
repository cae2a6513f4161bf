"""Measurements beside peers and limits; each prints a table of ratios."""
