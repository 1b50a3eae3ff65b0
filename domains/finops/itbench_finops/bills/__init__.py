"""Simulated cloud bills of made-up companies, the same bytes from the same seed everywhere.

Importing this package is cheap: the engine is loaded by the first call that needs it.
"""
