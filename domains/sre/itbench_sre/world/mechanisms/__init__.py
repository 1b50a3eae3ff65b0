"""The catalogue of what can happen to a cluster: each mechanism has harmful and harmless draws from the same code."""
