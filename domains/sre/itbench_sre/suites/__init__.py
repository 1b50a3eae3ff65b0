"""The suites of the domain, one in each module, and the pinned hashes of those that are made from seeds."""
