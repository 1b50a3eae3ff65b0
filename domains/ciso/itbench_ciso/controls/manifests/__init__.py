"""The manifests of a cluster: what lies in it, under which names, and how it is written in files."""
