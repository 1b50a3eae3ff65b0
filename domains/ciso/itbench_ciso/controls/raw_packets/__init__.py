"""Control 5.2.8: containers that can send raw packets."""
