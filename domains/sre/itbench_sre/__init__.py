"""Site reliability engineering: find what broke a Kubernetes application."""
