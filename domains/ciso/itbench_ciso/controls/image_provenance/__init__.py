"""Control 5.5.1: images of known origin."""
