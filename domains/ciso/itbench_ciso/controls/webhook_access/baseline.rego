package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	some resource in ["validatingwebhookconfigurations", "mutatingwebhookconfigurations", "*"]
	resource in rule.resources
	some verb in ["create", "update", "patch", "delete", "*"]
	verb in rule.verbs
}
