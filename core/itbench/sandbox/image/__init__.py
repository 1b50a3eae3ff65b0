"""What commands see in a sandbox: the file system, a Python and its packages, made once and shared read-only."""
