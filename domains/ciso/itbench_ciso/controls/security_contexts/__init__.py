"""Control 5.7.3: the settings of security contexts that no other control asks for."""
