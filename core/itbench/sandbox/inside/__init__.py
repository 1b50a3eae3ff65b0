"""What runs in an isolating sandbox, and how the harness speaks with it."""
