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

# What is a pod or makes pods, by API group.
pod_makers := {
	"": {"pods", "replicationcontrollers"},
	"apps": {"daemonsets", "deployments", "replicasets", "statefulsets"},
	"batch": {"cronjobs", "jobs"},
}

# A rule for named objects is accepted.
is_grant(rule) if {
	covers(rule, "verbs", "create")
	count(listed(rule, "resourceNames")) == 0
	some group, kinds in pod_makers
	covers(rule, "apiGroups", group)
	some kind in kinds
	covers(rule, "resources", kind)
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
