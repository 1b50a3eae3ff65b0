"""Control 5.2.11: Windows containers that run as processes of their node."""
