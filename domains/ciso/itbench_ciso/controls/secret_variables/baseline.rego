package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, value])
	some field in ["secretKeyRef", "secretRef"]
	value[field].name
}
