# What lives in no namespace is given by ClusterRoleBindings only, and those name ClusterRoles only.
# Roles that begin with "system:" are Kubernetes' own.
bindings contains binding if {
	some binding in input.resources
	is_rbac(binding)
	binding.kind == "ClusterRoleBinding"
	not startswith(binding.roleRef.name, "system:")
}

# What a binding gives: the rules of its role, wherever that stands in the files.
rules_of(binding) := [rule |
	some role in input.resources
	is_rbac(role)
	role.kind == "ClusterRole"
	role.metadata.name == binding.roleRef.name
	some rule in array.concat(listed(role, "rules"), aggregated_rules(role))
]
