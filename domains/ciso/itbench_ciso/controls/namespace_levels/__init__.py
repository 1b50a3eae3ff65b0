"""Control 5.2.1: pod security is enforced where workloads run."""
