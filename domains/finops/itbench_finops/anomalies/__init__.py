"""The embedded suite of simulated cost anomalies, made on first use."""
