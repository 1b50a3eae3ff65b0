"""Control 5.2.7: containers that run as root."""
