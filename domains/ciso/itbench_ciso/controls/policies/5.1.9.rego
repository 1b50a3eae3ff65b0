package check

import rego.v1

permitted_namespace := $permitted_namespace

permitted_account := $permitted_account

permitted_group := $permitted_group

default result := false

result if count(violations) == 0

violations contains message if {
	some binding in bindings
	# What lives in no namespace is not reached by a RoleBinding.
	binding.kind == "ClusterRoleBinding"
	some rule in rules_of(binding)
	is_grant(rule)
	some subject in listed(binding, "subjects")
	not is_permitted(subject)
	message := sprintf("%s %s gives %s this right", [binding.kind, binding.metadata.name, subject.name])
}

# A rule for named objects never lets anybody create: a new object has no name yet.
is_grant(rule) if {
	covers(rule, "apiGroups", "")
	covers(rule, "resources", "persistentvolumes")
	covers(rule, "verbs", "create")
	count(listed(rule, "resourceNames")) == 0
}

$permitted

$bindings

$rules

$rbac

$lists
