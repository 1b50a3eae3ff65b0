"""What the suites that are made from seeds share: options, the layout of a task, and the pinned hashes."""
