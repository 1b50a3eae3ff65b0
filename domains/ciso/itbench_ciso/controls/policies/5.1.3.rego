package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some role in roles
	some rule in listed(role, "rules")
	some field in ["verbs", "apiGroups", "resources", "nonResourceURLs"]
	some entry in listed(rule, field)
	contains(entry, "*")
	message := sprintf("%s %s has %s in %s", [role.kind, role.metadata.name, entry, field])
}

# Roles are judged as they are written, bound or not; those that begin with "system:" are Kubernetes' own.
roles contains role if {
	some role in input.resources
	is_rbac(role)
	role.kind in {"Role", "ClusterRole"}
	not startswith(role.metadata.name, "system:")
	not is_exempt(role)
}

# Only ClusterRoles are excepted.
is_exempt(role) if {
	role.kind == "ClusterRole"
	role.metadata.name in $exempt_roles
}

$rbac

$lists
