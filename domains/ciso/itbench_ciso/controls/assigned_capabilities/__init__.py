"""Control 5.2.10: containers that have any capability at all."""
