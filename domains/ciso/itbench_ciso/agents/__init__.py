"""Agents without a model: a baseline for each kind of task, and cheats that know nothing."""
