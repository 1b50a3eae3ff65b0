"""One run: its plan, its trials, and the hooks that watch them."""
