"""Held-out evaluation: seals suites, hands in runs of them, scores those elsewhere, and reveals what was sealed."""
