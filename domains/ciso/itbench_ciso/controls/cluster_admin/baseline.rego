package check

import rego.v1

default result := true

result := false if {
	some resource in input.resources
	resource.kind == "ClusterRoleBinding"
	resource.roleRef.name == "cluster-admin"
	resource.metadata.name != "cluster-admin"
}
