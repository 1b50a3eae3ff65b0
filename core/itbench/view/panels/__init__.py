"""Turns panels, which are data that domains bring, into parts of a page."""
