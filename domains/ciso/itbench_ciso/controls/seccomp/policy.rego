package check

import rego.v1

profiles := $localhost_profiles

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not is_filtered(spec, container)
	not is_exempt(resource)
}

is_filtered(spec, container) if decides(spec, container, "seccompProfile").type == "RuntimeDefault"

is_filtered(spec, container) if {
	profile := decides(spec, container, "seccompProfile")
	profile.type == "Localhost"
	profile.localhostProfile in profiles
}

is_exempt(resource) if pod_spec(resource).os.name == "windows"

$pods

$containers

$decides
