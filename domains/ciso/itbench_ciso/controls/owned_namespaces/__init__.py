"""Control 5.7.1: namespaces as boundaries between owners."""
