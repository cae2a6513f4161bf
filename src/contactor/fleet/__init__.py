"""Floor 4: stations on simulated hardware and the drivers who use them."""
