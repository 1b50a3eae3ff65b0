"""Kubernetes' own admission policies: reading, judging, and the suite that asks for them."""
