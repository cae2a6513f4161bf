"""What operators see: pages over the REST API and the event feed, and nothing else of the central system."""
