package check

import rego.v1

exempt_namespaces := $exempt_namespaces

default result := false

result if count(violations) == 0

raw := {"NET_RAW", "ALL"}

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not is_fine(container)
	not is_exempt(resource)
}

is_fine(container) if {
	some name in container.securityContext.capabilities.drop
	name in raw
	not adds_raw(container)
}

adds_raw(container) if {
	some name in container.securityContext.capabilities.add
	name in raw
}

is_exempt(resource) if namespace_of(resource) in exempt_namespaces

is_exempt(resource) if pod_spec(resource).os.name == "windows"

# The one named workload, and no other of its name.
is_exempt(resource) if {
	resource.kind == $exempt_kind
	namespace_of(resource) == $exempt_namespace
	resource.metadata.name == $exempt_name
}

$pods

$namespaces

$containers
