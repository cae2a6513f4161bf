"""Tariffs and what charges cost by them: versions that never change, a pure function, and a record of results."""
