"""Policies are judged in a process of their own, inside a sandbox, by OPA and by a runtime of CEL."""
