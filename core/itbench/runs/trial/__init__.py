"""One trial, from the environment to the score."""
