"""Scenarios: files of steps and expectations that are played on a virtual station, with a verdict in the end."""
