"""Writes a new domain that works as it stands."""
