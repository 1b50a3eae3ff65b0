"""Texts by which a leaked truth is recognised."""

import hashlib


def canary_of(text: str) -> str:
    """Return a canary for a truth that has none: made of the SHA-256 of its text, so that it stays the same."""
    return f"itbench-canary-{hashlib.sha256(text.encode()).hexdigest()}"
