"""What the pages show of FinOps trials: the bill with its causes, the plan by workload, and which causes are missed."""
