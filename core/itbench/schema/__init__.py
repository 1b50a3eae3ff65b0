"""Checks of JSON against schemas, with messages a person can act on."""
