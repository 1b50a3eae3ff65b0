"""A way out of a sandbox for programs that call their own model: to named hosts only, or through a gateway that counts."""
