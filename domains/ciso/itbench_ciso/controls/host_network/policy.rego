package check

import rego.v1

exempt_namespaces := $exempt_namespaces

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	spec.hostNetwork == true
	not is_exempt(resource)
}

is_exempt(resource) if namespace_of(resource) in exempt_namespaces

# The one named workload, and no other of its name.
is_exempt(resource) if {
	resource.kind == $exempt_kind
	namespace_of(resource) == $exempt_namespace
	resource.metadata.name == $exempt_name
}

$pods

$namespaces
