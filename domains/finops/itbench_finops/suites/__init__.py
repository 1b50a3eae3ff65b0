"""The suites that are made from seeds, one in each module, and the pinned hashes of their tasks."""
