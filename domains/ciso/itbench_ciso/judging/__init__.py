"""The environment of the domain: runs and judges what was handed in, and returns what it saw."""
