"""Reports: what a fleet delivered and how well it was used, for a stretch of time."""
