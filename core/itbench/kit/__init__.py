"""What the author of a domain builds on."""
