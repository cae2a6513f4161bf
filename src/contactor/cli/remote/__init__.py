"""Commands that ask a central system through its REST API."""
