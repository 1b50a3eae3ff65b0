package check

import rego.v1

default result := true

result := false if {
	walk(input, [_, resource])
	resource.kind in kinds
	resource.apiVersion in {"v1", "apps/v1", "batch/v1"}
	walk(resource, [_, value])
	value.hostIPC == true
}

kinds := {
	"CronJob",
	"DaemonSet",
	"Deployment",
	"Job",
	"Pod",
	"PodTemplate",
	"ReplicaSet",
	"ReplicationController",
	"StatefulSet",
}
