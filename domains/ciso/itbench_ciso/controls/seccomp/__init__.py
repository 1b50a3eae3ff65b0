"""Control 5.7.2: the system calls of containers are filtered."""
