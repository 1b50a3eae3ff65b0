"""Suites as tasks of Inspect AI: its agents and sandboxes, our tasks, data and rules."""
