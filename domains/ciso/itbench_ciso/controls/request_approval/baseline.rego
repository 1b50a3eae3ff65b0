package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	some resource in ["certificatesigningrequests/approval", "*"]
	resource in rule.resources
	some verb in ["update", "patch", "*"]
	verb in rule.verbs
}
