"""Asking a model over HTTP: client libraries, retries, limits of concurrency, cache."""
