"""The way to one model provider, counted and limited."""
