"""ITBench-Lite's FinOps tasks, read where they lie."""
