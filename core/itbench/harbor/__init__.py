"""Suites as folders of Harbor tasks: an image for the agent, and another one in which itbench scores.

https://github.com/harbor-framework/harbor; its models of a task say what is valid.
"""
