package check

import rego.v1

registries := $registries

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not is_known(object.get(container, "image", ""))
}

is_known(image) if {
	some registry in registries
	startswith(image, concat("", [registry, "/"]))
	path := substring(image, count(registry) + 1, -1)
	regex.match(`^[^@:]+(:[^@:]+)?@sha256:[0-9a-f]{64}$$`, path)
}

$pods

$containers
