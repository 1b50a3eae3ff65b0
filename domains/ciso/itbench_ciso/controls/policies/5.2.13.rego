package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	some port in container.ports
	port.hostPort > 0
}

$pods

$containers
