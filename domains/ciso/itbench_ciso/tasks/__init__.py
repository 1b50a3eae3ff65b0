"""What one task of a suite is made of: what the agent is told, its files and its truth."""
