package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some resource in input.resources
	not is_exempt(resource)
	some container in containers(pod_spec(resource))
	has_secret_variable(container)
	message := sprintf("%s %s has a Secret in a variable", [resource.kind, resource.metadata.name])
}

# The one named workload, and no other of its name.
is_exempt(resource) if {
	resource.kind == $exempt_kind
	namespace_of(resource) == $exempt_namespace
	resource.metadata.name == $exempt_name
}

has_secret_variable(container) if {
	some variable in container.env
	is_object(variable.valueFrom.secretKeyRef)
}

has_secret_variable(container) if {
	some source in container.envFrom
	is_object(source.secretRef)
}

$containers

$pods

$namespaces
