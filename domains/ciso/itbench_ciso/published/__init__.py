"""ITBench-Lite's CISO tasks, read where they lie."""
