package check

import rego.v1

allowed := $allowed_capabilities

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	some name in container.securityContext.capabilities.add
	not name in allowed
}

$pods

$containers
