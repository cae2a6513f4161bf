"""Floor 1: what every HTTP face has in common, whoever shows it: problems, bounds, and serving beside the loop."""
