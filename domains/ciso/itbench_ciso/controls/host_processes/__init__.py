"""Control 5.2.3: the processes of the node."""
