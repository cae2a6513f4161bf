"""Rehearsals: a command tried on a twin of its station, in the state that is known of the real one."""
