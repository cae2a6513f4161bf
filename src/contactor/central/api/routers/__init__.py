"""The routes, one noun to a file."""
