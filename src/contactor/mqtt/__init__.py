"""Floor 5: a mapping of the fleet to MQTT topics; knows the central system by its REST API and event feed alone."""
