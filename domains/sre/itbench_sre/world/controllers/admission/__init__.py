"""What the API server asks before it stores an object: defaults of a namespace, validity, limits, quotas."""
