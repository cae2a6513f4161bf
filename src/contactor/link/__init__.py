"""Floor 2: text between two peers, well or badly."""
