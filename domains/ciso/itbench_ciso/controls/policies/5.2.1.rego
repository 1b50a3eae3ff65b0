package check

import rego.v1

exempt_namespaces := $exempt_namespaces

# The level that is asked for, and the stricter ones.
enough := array.slice(levels, index_of($level), count(levels))

levels := ["privileged", "baseline", "restricted"]

index_of(level) := index if {
	some index, name in levels
	name == level
}

default result := false

result if count(violations) == 0

violations contains namespace if {
	some resource in input.resources
	pod_spec(resource)
	namespace := namespace_of(resource)
	not namespace in exempt_namespaces
	not namespace in enforcing
}

enforcing contains namespace.metadata.name if {
	some namespace in input.resources
	[namespace.apiVersion, namespace.kind] == ["v1", "Namespace"]
	namespace.metadata.labels["pod-security.kubernetes.io/enforce"] in enough
}

$pods
