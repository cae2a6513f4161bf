"""Floor 1: the product's guide as checked data."""
