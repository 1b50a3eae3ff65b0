"""What agents that are driven by a model share."""
