"""Runs in formats that others read."""
