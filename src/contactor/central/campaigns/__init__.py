"""Firmware campaigns: an image brought to many stations in waves, and stopped where too many fail."""
