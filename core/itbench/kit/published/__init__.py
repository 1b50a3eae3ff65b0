"""Published datasets of the Hugging Face Hub: found where they lie, or brought with the hub's own client."""
