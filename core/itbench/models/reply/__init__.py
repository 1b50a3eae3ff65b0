"""Reading what a provider sent, whatever it is."""
