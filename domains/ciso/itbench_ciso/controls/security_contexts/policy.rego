package check

import rego.v1

allowed_sysctls := $allowed_sysctls

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not is_fine(spec, container)

	# Kubernetes forbids these fields in pods for Windows.
	not spec.os.name == "windows"
}

is_fine(spec, container) if {
	container.securityContext.readOnlyRootFilesystem == true
	object.get(container.securityContext, "procMount", null) in [null, "Default"]
	decides(spec, container, "runAsGroup") > 0
}

violations contains resource.metadata.name if {
	some resource in input.resources
	some sysctl in pod_spec(resource).securityContext.sysctls
	not sysctl.name in allowed_sysctls
}

$pods

$containers

$decides
