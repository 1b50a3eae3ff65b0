"""Sandboxes made by a container engine."""
