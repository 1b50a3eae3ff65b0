"""Finds domains and agents by entry point, and imports them only when they are used."""
