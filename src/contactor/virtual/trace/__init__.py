"""Traces: the frames between a station and its central system, written as lines, read again and compared."""
