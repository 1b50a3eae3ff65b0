# An object that names no namespace lies in `default`.
namespace_of(resource) := resource.metadata.namespace if {
	is_string(resource.metadata.namespace)
} else := "default"
