"""Control 5.4.1: Secrets in environment variables."""
