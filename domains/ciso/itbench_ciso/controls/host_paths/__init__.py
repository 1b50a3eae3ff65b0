"""Control 5.2.12: volumes that are directories of the node."""
