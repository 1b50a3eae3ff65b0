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
