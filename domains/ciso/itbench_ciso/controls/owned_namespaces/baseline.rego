package check

import rego.v1

default result := true

result := false if {
	some resource in input.resources
	resource.metadata.namespace == "default"
}
