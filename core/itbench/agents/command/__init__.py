"""Outside programs as agents."""
