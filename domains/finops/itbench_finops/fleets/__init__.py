"""The second kind of task: give each workload of a fleet as much as it needs, and no more."""
