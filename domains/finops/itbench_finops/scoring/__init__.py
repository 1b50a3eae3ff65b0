"""The rules of the domain: pure, total, and the same on every machine."""
