"""Control 5.1.5: the service account that every namespace has."""
