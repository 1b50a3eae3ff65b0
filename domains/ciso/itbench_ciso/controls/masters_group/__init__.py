"""Control 5.1.7: the group that no rule stops."""
