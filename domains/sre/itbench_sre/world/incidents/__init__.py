"""Incidents: changes are drawn, the world is run with and without each, and what the page needed is its root."""
