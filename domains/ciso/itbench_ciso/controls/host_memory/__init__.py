"""Control 5.2.4: the inter-process communication of the node."""
