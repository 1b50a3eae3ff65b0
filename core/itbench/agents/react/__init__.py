"""The agent `react`: a model that works with a shell until it hands in its answer."""
