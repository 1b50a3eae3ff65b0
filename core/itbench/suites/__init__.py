"""Loads, selects and fingerprints the tasks of a suite."""
