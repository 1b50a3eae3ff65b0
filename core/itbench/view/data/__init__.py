"""What the pages show, read out of run files; nothing here writes, and nothing knows of pages."""
