"""Recorded worlds: tools that answer as they once did, what was called, and how near that comes to what experts did."""
