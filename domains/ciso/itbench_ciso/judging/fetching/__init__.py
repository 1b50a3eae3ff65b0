"""Runs the scripts that agents hand in, each time in a sandbox of its own."""
