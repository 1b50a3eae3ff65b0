"""Control 5.1.9: creating persistent volumes."""
