"""What happened in a trial in the words that other programs share: requests to models, tool calls, and the rest."""
