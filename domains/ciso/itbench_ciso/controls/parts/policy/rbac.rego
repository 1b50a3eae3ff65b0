# Another API group may have a kind of the same name.
is_rbac(resource) if startswith(resource.apiVersion, "rbac.authorization.k8s.io/")
