"""The agents that come with the framework."""
