"""What happened in a trial as blocks that one can read, whatever interface its agent has."""
