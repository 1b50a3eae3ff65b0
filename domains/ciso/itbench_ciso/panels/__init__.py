"""What the pages show of CISO trials: the verdict on each variant against its label, and which violations are missed."""
