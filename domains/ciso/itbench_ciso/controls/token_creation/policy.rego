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

# Naming the service accounts is no excuse.
is_grant(rule) if {
	covers(rule, "apiGroups", "")
	some kind in ["serviceaccounts/token", "*/token"]
	covers(rule, "resources", kind)
	covers(rule, "verbs", "create")
}

# These are not in the files; Kubernetes brings them.
built_in_roles := {"cluster-admin", "admin", "edit"}

$gives

$permitted

$bindings

$aggregated

$namespaces

$rules

$rbac

$lists
