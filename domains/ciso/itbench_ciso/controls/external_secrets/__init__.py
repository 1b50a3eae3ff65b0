"""Control 5.4.2: Secrets are kept in an external store."""
