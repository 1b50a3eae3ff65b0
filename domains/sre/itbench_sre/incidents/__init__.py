"""The embedded suite of simulated incidents, made on first use."""
