package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some role in roles
	some rule in listed(role, "rules")
	has_asterisk(rule)
	message := sprintf("%s %s has an asterisk", [role.kind, role.metadata.name])
}

has_asterisk(rule) if {
	some field in ["verbs", "apiGroups", "resources"]
	"*" in listed(rule, field)
}

# One subresource of every resource.
has_asterisk(rule) if {
	some resource in listed(rule, "resources")
	startswith(resource, "*/")
}

# Every URL that begins alike.
has_asterisk(rule) if {
	some url in listed(rule, "nonResourceURLs")
	endswith(url, "*")
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
