"""Control 5.2.5: the network of the node."""
