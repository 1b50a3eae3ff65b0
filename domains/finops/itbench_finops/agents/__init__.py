"""Agents without a model: a baseline for either kind of task, cheats that know nothing, and adversaries."""
