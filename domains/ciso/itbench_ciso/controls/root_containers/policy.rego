package check

import rego.v1

exempt_namespaces := $exempt_namespaces

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not is_fine(spec, container)
	not is_exempt(resource)
}

is_fine(spec, container) if decides(spec, container, "runAsUser") > 0

is_fine(spec, container) if {
	not decides(spec, container, "runAsUser")
	decides(spec, container, "runAsNonRoot") == true
}

is_exempt(resource) if namespace_of(resource) in exempt_namespaces

$pods

$namespaces

$containers

$decides
