"""The rules of the domain: pure functions of what was observed and of the truth."""
