"""A run is one SQLite file."""
