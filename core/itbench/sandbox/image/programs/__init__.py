"""Programs that are copied into each sandbox; they import nothing of ours, and only what starts fast."""
