"""What the pages show of SRE trials: where the named objects stand in the incident, and when more was named than was right."""
