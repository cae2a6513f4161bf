"""Webhooks: events sent, signed and in order, to programs of others."""
