"""Trials in flight: what they do now, and their events until they are committed."""
