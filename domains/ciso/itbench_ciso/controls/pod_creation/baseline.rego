package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	some resource in ["pods", "*"]
	resource in rule.resources
	some verb in ["create", "*"]
	verb in rule.verbs
}
