package check

import rego.v1

permitted_namespace := $permitted_namespace

permitted_account := $permitted_account

permitted_group := $permitted_group

default result := false

result if count(violations) == 0

violations contains message if {
	some binding in bindings
	gives(binding)
	some subject in listed(binding, "subjects")
	not is_permitted(subject)
	message := sprintf("%s %s gives %s this right", [binding.kind, binding.metadata.name, subject.name])
}

# A rule for named objects is accepted.
is_grant(rule) if {
	covers(rule, "apiGroups", "")
	covers(rule, "resources", "persistentvolumes")
	covers(rule, "verbs", "create")
	count(listed(rule, "resourceNames")) == 0
}

# These are not in the files; Kubernetes brings them.
built_in_roles := {"cluster-admin"}

$gives

$permitted

$cluster_bindings

$aggregated

$rules

$rbac

$lists
