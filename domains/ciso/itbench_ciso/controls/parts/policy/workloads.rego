is_workload(resource) if resource.kind in workload_kinds[resource.apiVersion]

workload_kinds := {
	"v1": {"Pod", "PodTemplate", "ReplicationController"},
	"apps/v1": {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"},
	"batch/v1": {"Job", "CronJob"},
}
