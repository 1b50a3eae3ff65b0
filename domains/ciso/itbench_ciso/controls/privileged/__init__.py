"""Control 5.2.2: privileged containers."""
