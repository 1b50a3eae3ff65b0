"""The simulated company: one store of Kubernetes objects, what acts on it, what runs in it, and what is seen of it."""
