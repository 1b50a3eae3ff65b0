package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, value])
	value.hostPath
}
