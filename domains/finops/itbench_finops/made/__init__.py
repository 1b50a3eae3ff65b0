"""What the suites that are made from seeds share: options, the cache, and the pinned hashes."""
