"""What the central system does for stations by itself, so that they come to be as the operator wants them."""
