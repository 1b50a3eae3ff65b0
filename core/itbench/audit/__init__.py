"""How far a suite can be guessed: adversaries that see shallow features only, trained on some tasks, tried on others."""
