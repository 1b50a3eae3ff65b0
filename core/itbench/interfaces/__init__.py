"""The interfaces that domains, agents and the core share."""
