"""The REST API: what people and programs may ask of the central system, and who may ask what."""
