"""Simulated time and seeded chance: integers only, the same on every Python and every processor."""
