package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some part in array.concat([spec], containers(spec))
	part.securityContext.windowsOptions.hostProcess == true
}

$pods

$containers
