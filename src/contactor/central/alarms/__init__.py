"""Alarms: what somebody should look after, opened and closed with the facts that tell of it."""
