package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	lies_in_default(resource)
	not [resource.kind, resource.metadata.name] in reserved
}

# What Kubernetes itself puts there.
reserved := [
	["Service", "kubernetes"],
	["Endpoints", "kubernetes"],
	["EndpointSlice", "kubernetes"],
	["ServiceAccount", "default"],
	["ConfigMap", "kube-root-ca.crt"],
]

lies_in_default(resource) if resource.metadata.namespace == "default"

lies_in_default(resource) if {
	object.get(resource.metadata, "namespace", null) == null
	not resource.kind in $cluster_wide_kinds
}
