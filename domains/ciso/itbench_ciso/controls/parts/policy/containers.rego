# Every container of a pod, init and ephemeral ones included.
containers(spec) := [container |
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in spec[field]
]
