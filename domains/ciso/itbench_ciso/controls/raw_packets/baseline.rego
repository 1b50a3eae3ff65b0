package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, value])
	some field in ["containers", "initContainers"]
	some container in value[field]
	not "ALL" in container.securityContext.capabilities.drop
	not "NET_RAW" in container.securityContext.capabilities.drop
}
