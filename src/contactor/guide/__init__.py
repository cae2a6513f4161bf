"""Floor 1: the product as data: what the connectivity guide says, and nothing of how OCPP or a station works."""
