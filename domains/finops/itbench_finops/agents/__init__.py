"""Agents without a model: a baseline for either kind of task, and cheats that know nothing."""
