"""Control 5.1.2: reading Secrets."""
