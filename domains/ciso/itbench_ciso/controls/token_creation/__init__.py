"""Control 5.1.13: creating tokens of service accounts."""
