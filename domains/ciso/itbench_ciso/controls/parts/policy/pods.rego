# The pod spec of each kind of workload; undefined for anything else.
pod_spec(resource) := object.get(resource, pod_spec_paths[resource.apiVersion][resource.kind], {})

pod_spec_paths := {
	"v1": {
		"Pod": ["spec"],
		"PodTemplate": ["template", "spec"],
		"ReplicationController": ["spec", "template", "spec"],
	},
	"apps/v1": {
		"Deployment": ["spec", "template", "spec"],
		"ReplicaSet": ["spec", "template", "spec"],
		"StatefulSet": ["spec", "template", "spec"],
		"DaemonSet": ["spec", "template", "spec"],
	},
	"batch/v1": {
		"Job": ["spec", "template", "spec"],
		"CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
	},
}
