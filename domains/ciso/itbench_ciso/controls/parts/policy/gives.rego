# What a binding gives: by a rule of its role, or because a role that Kubernetes brings has such a rule.
gives(binding) if {
	some rule in rules_of(binding)
	is_grant(rule)
}

gives(binding) if {
	binding.roleRef.kind == "ClusterRole"
	binding.roleRef.name in built_in_roles
}
