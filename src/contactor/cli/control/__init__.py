"""Commands that play the people around a running virtual station, through its control API."""
