"""Checks of a suite that its tasks can be solved, are scored right, and give nothing away."""
