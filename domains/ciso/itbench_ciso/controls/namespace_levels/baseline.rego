package check

import rego.v1

default result := true

result := false if {
	some resource in input.resources
	resource.kind == "Namespace"
	not resource.metadata.labels["pod-security.kubernetes.io/enforce"]
}
