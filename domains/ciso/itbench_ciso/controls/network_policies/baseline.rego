package check

import rego.v1

default result := true

with_policy contains policy.metadata.namespace if {
	walk(input, [_, policy])
	policy.kind == "NetworkPolicy"
}

result := false if {
	walk(input, [_, namespace])
	namespace.kind == "Namespace"
	not namespace.metadata.name in with_policy
}
