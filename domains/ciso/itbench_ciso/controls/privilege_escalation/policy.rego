package check

import rego.v1

default result := false

result if count(violations) == 0

# What is not said counts as allowed.
violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not container.securityContext.allowPrivilegeEscalation == false
	not is_exempt(resource)
}

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
