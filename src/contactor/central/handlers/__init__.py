"""What the central system does about each request of a station, one file per concern."""
