"""What the ways of several controls are made of."""
