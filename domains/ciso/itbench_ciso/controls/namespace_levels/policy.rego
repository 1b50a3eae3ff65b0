package check

import rego.v1

exempt_namespaces := $exempt_namespaces

too_weak := $weaker_levels

default result := false

result if count(violations) == 0

violations contains namespace if {
	some resource in input.resources
	is_workload(resource)
	namespace := namespace_of(resource)
	not namespace in exempt_namespaces
	not namespace in enforcing
}

enforcing contains namespace.metadata.name if {
	some namespace in input.resources
	[namespace.apiVersion, namespace.kind] == ["v1", "Namespace"]
	level := namespace.metadata.labels["pod-security.kubernetes.io/enforce"]

	# Kubernetes takes a level that it does not know for the strictest one.
	not level in too_weak
}

$workloads

$namespaces
