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

# A rule that names single Secrets is accepted. The answers to the last two verbs hold Secrets.
is_grant(rule) if {
	covers(rule, "apiGroups", "")
	covers(rule, "resources", "secrets")
	some verb in ["get", "list", "watch", "patch", "deletecollection"]
	covers(rule, "verbs", verb)
	count(listed(rule, "resourceNames")) == 0
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
