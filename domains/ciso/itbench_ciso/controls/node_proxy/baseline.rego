package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	some resource in ["nodes/proxy", "*/proxy", "*"]
	resource in rule.resources
}
