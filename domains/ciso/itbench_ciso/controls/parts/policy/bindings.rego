# Roles that begin with "system:" are Kubernetes' own.
bindings contains binding if {
	some binding in input.resources
	is_rbac(binding)
	binding.kind in {"RoleBinding", "ClusterRoleBinding"}
	not startswith(binding.roleRef.name, "system:")
}

# What a binding gives: the rules of its role, wherever that stands in the files.
rules_of(binding) := [rule |
	some role in input.resources
	is_rbac(role)
	role.kind == binding.roleRef.kind
	role.metadata.name == binding.roleRef.name
	is_reached(binding, role)
	some rule in array.concat(listed(role, "rules"), aggregated_rules(role))
]

# A Role can be bound in its own namespace only, a ClusterRole everywhere.
is_reached(_, role) if role.kind == "ClusterRole"

is_reached(binding, role) if namespace_of(role) == namespace_of(binding)
