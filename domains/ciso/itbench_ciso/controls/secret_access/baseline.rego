package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	some resource in ["secrets", "*"]
	resource in rule.resources
	some verb in ["get", "list", "watch", "*"]
	verb in rule.verbs
}
