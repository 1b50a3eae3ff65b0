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

# An aggregated role has the rules of every ClusterRole that one of its selectors matches.
aggregated_rules(role) := [rule |
	some selector in role.aggregationRule.clusterRoleSelectors
	some other in input.resources
	is_rbac(other)
	other.kind == "ClusterRole"
	every key, value in selector.matchLabels {
		other.metadata.labels[key] == value
	}
	some rule in listed(other, "rules")
]
