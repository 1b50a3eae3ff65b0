"""The FinOps domain: explain a cost anomaly, right-size a fleet of workloads."""
