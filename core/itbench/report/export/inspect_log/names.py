"""The names of our scorers in Inspect."""

HEADLINE = "score"
METRICS = "metrics"
