"""Control 5.2.9: capabilities beyond those that a container has anyway."""
