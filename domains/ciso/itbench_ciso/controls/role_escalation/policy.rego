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

is_grant(rule) if {
	covers(rule, "verbs", "escalate")
	covers_roles(rule)
}

is_grant(rule) if {
	covers(rule, "verbs", "bind")
	covers_roles(rule)
	not binds_named_roles(rule)
}

is_grant(rule) if {
	covers(rule, "verbs", "impersonate")
	covers(rule, "apiGroups", "")
	some kind in ["users", "groups", "serviceaccounts"]
	covers(rule, "resources", kind)
}

is_grant(rule) if {
	covers(rule, "verbs", "impersonate")
	covers(rule, "apiGroups", "authentication.k8s.io")
	covers_details(rule)
}

covers_roles(rule) if {
	covers(rule, "apiGroups", "rbac.authorization.k8s.io")
	some kind in ["roles", "clusterroles"]
	covers(rule, "resources", kind)
}

# Naming the roles is how Kubernetes limits what may be bound.
binds_named_roles(rule) if {
	count(listed(rule, "resourceNames")) > 0
	not "cluster-admin" in listed(rule, "resourceNames")
}

covers_details(rule) if covers(rule, "resources", "uids")

# Extras are named one by one, as in userextras/scopes; */scopes covers that one.
covers_details(rule) if {
	some kind in listed(rule, "resources")
	some beginning in ["userextras/", "*/"]
	startswith(kind, beginning)
}

# Roles are judged as they are written, bound or not; those that begin with "system:" are Kubernetes' own.
roles contains role if {
	some role in input.resources
	is_rbac(role)
	role.kind in {"Role", "ClusterRole"}
	not startswith(role.metadata.name, "system:")
	not is_exempt(role)
}

is_exempt(role) if {
	role.kind == "ClusterRole"
	role.metadata.name == $exempt_cluster_role
}

# The one named Role, and no other of its name.
is_exempt(role) if {
	role.kind == "Role"
	role.metadata.name == $exempt_role
	role.metadata.namespace == $exempt_role_namespace
}

$rules

$rbac

$lists
