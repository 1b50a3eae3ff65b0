"""Simulated fleets of workloads: what each needs, what a size costs, and what an agent is told."""
