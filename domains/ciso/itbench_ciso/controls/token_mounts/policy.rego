package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some resource in input.resources
	spec := pod_spec(resource)
	not is_exempt(resource)
	mounts_token(spec, namespace_of(resource))
	message := sprintf("%s %s mounts a token", [resource.kind, resource.metadata.name])
}

# The one named workload, and no other of its name.
is_exempt(resource) if {
	resource.kind == $exempt_kind
	namespace_of(resource) == $exempt_namespace
	resource.metadata.name == $exempt_name
}

# The pod decides; if it does not, its account does; if neither does, the token is mounted.
mounts_token(spec, _) if spec.automountServiceAccountToken == true

mounts_token(spec, namespace) if {
	object.get(spec, "automountServiceAccountToken", null) == null
	not refuses_token(account_of(spec), namespace)
}

# A projected token is a token.
mounts_token(spec, _) if {
	some volume in spec.volumes
	some source in volume.projected.sources
	is_object(source.serviceAccountToken)
}

# So is a Secret that Kubernetes fills with one.
mounts_token(spec, namespace) if {
	some volume in spec.volumes
	some secret in input.resources
	secret.apiVersion == "v1"
	secret.kind == "Secret"
	secret.type == "kubernetes.io/service-account-token"
	secret.metadata.name == volume.secret.secretName
	namespace_of(secret) == namespace
}

refuses_token(name, namespace) if {
	some account in input.resources
	account.apiVersion == "v1"
	account.kind == "ServiceAccount"
	account.metadata.name == name
	namespace_of(account) == namespace
	account.automountServiceAccountToken == false
}

$accounts

$pods

$namespaces
