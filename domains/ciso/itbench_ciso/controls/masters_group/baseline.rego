package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, binding])
	some subject in binding.subjects
	subject.kind == "Group"
	subject.name == "system:masters"
}
