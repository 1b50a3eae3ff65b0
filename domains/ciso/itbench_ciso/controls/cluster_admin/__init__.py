"""Control 5.1.1: full power, over the cluster or in one namespace."""
