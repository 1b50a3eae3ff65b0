"""Kubernetes' own admission policies: what is refused, and how they are judged."""
