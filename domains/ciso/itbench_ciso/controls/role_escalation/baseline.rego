package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	is_array(rule.resources)
	some verb in ["bind", "escalate", "impersonate", "*"]
	verb in rule.verbs
}
