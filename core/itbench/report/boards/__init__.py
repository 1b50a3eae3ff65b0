"""What can be said of several runs together, beyond who scored how much."""
