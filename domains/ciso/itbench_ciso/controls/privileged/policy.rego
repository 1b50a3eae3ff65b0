package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	container.securityContext.privileged == true
}

$pods

$containers
