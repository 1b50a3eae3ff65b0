"""Control 5.1.8: taking more power than one has."""
