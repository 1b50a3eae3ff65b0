"""Rego policies: what is refused, and how they are judged."""
