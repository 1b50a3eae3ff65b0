"""Control 5.2.13: ports of the node."""
