package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some role in roles
	some rule in listed(role, "rules")
	is_grant(rule)
	message := sprintf("%s %s grants this right", [role.kind, role.metadata.name])
}

# A resource does not cover its subresources; any verb counts, and naming the nodes is no excuse.
is_grant(rule) if {
	covers(rule, "apiGroups", "")
	some kind in ["nodes/proxy", "*/proxy"]
	covers(rule, "resources", kind)
	count(listed(rule, "verbs")) > 0
}

# Roles are judged as they are written, bound or not; those that begin with "system:" are Kubernetes' own.
roles contains role if {
	some role in input.resources
	is_rbac(role)
	role.kind == "ClusterRole"
	not startswith(role.metadata.name, "system:")
}

$rules

$rbac

$lists
