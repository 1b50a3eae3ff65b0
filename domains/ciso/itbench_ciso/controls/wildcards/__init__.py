"""Control 5.1.3: asterisks in roles."""
