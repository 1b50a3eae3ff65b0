"""Control 5.1.10: reaching the kubelet through the API server."""
