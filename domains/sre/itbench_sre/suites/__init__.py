"""The suite that is made from seeds, and the pinned hashes of its tasks."""
