"""The tabs of a station's page, one noun to a file."""
