"""Control 5.1.12: changing admission webhooks."""
