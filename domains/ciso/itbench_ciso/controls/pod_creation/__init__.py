"""Control 5.1.4: creating pods."""
