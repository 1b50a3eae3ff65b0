"""Agents that come with the SRE domain: a baseline that reasons without a model, and cheats that do not reason."""
