package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, account])
	account.kind == "ServiceAccount"
	account.metadata.name == "default"
	not account.automountServiceAccountToken == false
}

result := false if {
	walk(input, [_, spec])
	spec.containers
	object.get(spec, "serviceAccountName", "default") == "default"
}
