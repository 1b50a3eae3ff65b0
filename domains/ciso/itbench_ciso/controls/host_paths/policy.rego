package check

import rego.v1

allowed := $allowed_paths

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some volume in spec.volumes
	is_object(volume.hostPath)
	not object.get(volume.hostPath, "path", "") in allowed
}

$pods
