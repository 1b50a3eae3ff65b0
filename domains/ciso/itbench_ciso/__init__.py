"""Compliance work for itbench: write and fix policies that hold on what they have not seen."""
