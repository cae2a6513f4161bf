"""Twins: production stations in memory and virtual time, in the state that is known of a real one."""
