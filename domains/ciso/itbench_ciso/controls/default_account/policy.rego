package check

import rego.v1

default result := false

result if count(violations) == 0

# The account itself must say that its token is not mounted.
violations contains message if {
	some account in input.resources
	account.apiVersion == "v1"
	account.kind == "ServiceAccount"
	account.metadata.name == "default"
	not is_exempt(namespace_of(account))
	not account.automountServiceAccountToken == false
	message := sprintf("the default account of %s mounts its token", [namespace_of(account)])
}

# No workload runs as it.
violations contains message if {
	some resource in input.resources
	account_of(pod_spec(resource)) == "default"
	not is_exempt(namespace_of(resource))
	message := sprintf("%s %s runs as the default account", [resource.kind, resource.metadata.name])
}

# No binding gives it anything.
violations contains message if {
	some binding in input.resources
	is_rbac(binding)
	binding.kind in {"RoleBinding", "ClusterRoleBinding"}
	some subject in listed(binding, "subjects")
	namespace := default_account_namespace(subject)
	not is_exempt(namespace)
	message := sprintf("%s %s names a default account", [binding.kind, binding.metadata.name])
}

# The namespace whose default account a subject is; undefined for any other subject.
default_account_namespace(subject) := subject.namespace if {
	subject.kind == "ServiceAccount"
	subject.name == "default"
}

default_account_namespace(subject) := namespace if {
	subject.kind == "User"
	["system", "serviceaccount", namespace, "default"] = split(subject.name, ":")
}

is_exempt(namespace) if namespace in $exempt_namespaces

$accounts

$pods

$namespaces

$rbac

$lists
