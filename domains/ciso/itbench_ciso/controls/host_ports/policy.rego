package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	some port in container.ports
	takes_port(spec, port)
}

takes_port(_, port) if {
	is_number(port.hostPort)
	port.hostPort != 0
}

# Kubernetes takes each port that such a pod lists on the node.
takes_port(spec, _) if spec.hostNetwork == true

$pods

$containers
