"""The way to hosts that are allowed by name."""
