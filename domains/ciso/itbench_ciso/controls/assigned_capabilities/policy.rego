package check

import rego.v1

exempt_namespaces := $exempt_namespaces

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not is_fine(container)
	not is_exempt(resource)
}

is_fine(container) if {
	"ALL" in container.securityContext.capabilities.drop
	not adds_any(container)
}

adds_any(container) if {
	some _ in container.securityContext.capabilities.add
}

is_exempt(resource) if namespace_of(resource) in exempt_namespaces

is_exempt(resource) if pod_spec(resource).os.name == "windows"

$pods

$namespaces

$containers
