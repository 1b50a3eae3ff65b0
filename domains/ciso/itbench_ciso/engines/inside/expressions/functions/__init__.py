"""The functions of the language and of Kubernetes, a module for each library."""
