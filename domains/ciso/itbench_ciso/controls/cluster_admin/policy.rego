package check

import rego.v1

permitted_namespace := $permitted_namespace

permitted_account := $permitted_account

permitted_group := $permitted_group

default result := false

result if count(violations) == 0

violations contains message if {
	some binding in bindings
	has_full_power(binding)
	some subject in listed(binding, "subjects")
	not is_permitted(subject)
	not is_built_in(binding, subject)
	message := sprintf("%s %s gives %s full power", [binding.kind, binding.metadata.name, subject.name])
}

has_full_power(binding) if {
	binding.roleRef.kind == "ClusterRole"
	binding.roleRef.name == "cluster-admin"
}

# A role of another name that can do everything is as powerful.
has_full_power(binding) if {
	some rule in rules_of(binding)
	every field in ["verbs", "apiGroups", "resources"] {
		"*" in listed(rule, field)
	}
	count(listed(rule, "resourceNames")) == 0
}

# Kubernetes itself makes this one binding for this one group.
is_built_in(binding, subject) if {
	binding.kind == "ClusterRoleBinding"
	binding.metadata.name == "cluster-admin"
	binding.roleRef.name == "cluster-admin"
	subject.kind == "Group"
	subject.name == "system:masters"
}

$permitted

$bindings

$aggregated

$namespaces

$rbac

$lists
