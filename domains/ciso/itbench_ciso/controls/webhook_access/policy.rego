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
	covers(rule, "apiGroups", "admissionregistration.k8s.io")
	some kind in ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"]
	covers(rule, "resources", kind)
	some verb in ["create", "update", "patch", "delete", "deletecollection"]
	covers(rule, "verbs", verb)
}

# Roles are judged as they are written, bound or not; those that begin with "system:" are Kubernetes' own.
roles contains role if {
	some role in input.resources
	is_rbac(role)
	role.kind == "ClusterRole"
	not startswith(role.metadata.name, "system:")
	not is_exempt(role)
}

is_exempt(role) if role.metadata.name == $exempt_cluster_role

$rules

$rbac

$lists
