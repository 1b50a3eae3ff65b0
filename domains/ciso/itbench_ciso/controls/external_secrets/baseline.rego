package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, secret])
	secret.kind == "Secret"
	some field in ["data", "stringData"]
	count(secret[field]) > 0
}
