"""Where agents work without seeing or reaching anything else."""
