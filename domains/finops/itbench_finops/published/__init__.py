"""What is in the files of ITBench-Lite's FinOps tasks: their truths, and what can be wrong with them."""
