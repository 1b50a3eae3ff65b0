"""Control 5.1.11: approving certificate signing requests."""
