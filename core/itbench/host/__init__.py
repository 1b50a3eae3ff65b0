"""The machine that the harness runs on: its folders, its files, and what it lacks."""
