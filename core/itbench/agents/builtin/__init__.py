"""Agents that need no model: the null agent, echo, oracle and replay."""
