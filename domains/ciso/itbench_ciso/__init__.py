"""Compliance work for itbench: write and mend policies that hold on what they have not seen."""
