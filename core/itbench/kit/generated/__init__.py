"""Suites whose tasks are made from seeds on the user's machine, the same bytes everywhere."""
