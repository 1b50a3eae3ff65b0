"""The default sandbox: Linux namespaces, made by bubblewrap."""
