package check

import rego.v1

profiles := $localhost_profiles

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	spec := pod_spec(resource)
	some container in containers(spec)
	not has_filter(spec, container)
	not is_exempt(resource)
}

# A rule of its own: an undefined argument would make `not is_filtered(...)` undefined as well.
has_filter(spec, container) if is_filtered(decides(spec, container, "seccompProfile"))

is_filtered(profile) if profile.type == "RuntimeDefault"

is_filtered(profile) if {
	profile.type == "Localhost"
	profile.localhostProfile in profiles
}

is_exempt(resource) if pod_spec(resource).os.name == "windows"

$pods

$containers

$decides
