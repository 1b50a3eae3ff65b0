package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, rule])
	some field in ["apiGroups", "resources", "verbs"]
	"*" in rule[field]
}
