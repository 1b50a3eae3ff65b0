"""Well-known agents by name: pinned programs, installed once, each with its flags, its gateway and the tools of the task."""
