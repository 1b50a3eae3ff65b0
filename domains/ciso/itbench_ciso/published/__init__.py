"""What is in the files of ITBench-Lite's CISO tasks: texts, manifests and solutions."""
