package check

import rego.v1

exempt_namespaces := $exempt_namespaces

owner_label := $owner_label

default result := false

result if count(violations) == 0

# Every declared namespace has an owner.
violations contains name if {
	some name, _ in declared
	not name in exempt_namespaces
	not is_owned(name)
}

# Every object lies in a declared namespace.
violations contains resource.metadata.name if {
	some resource in placed
	not declared[resource.metadata.namespace]
}

# And belongs to whom the namespace belongs to.
violations contains resource.metadata.name if {
	some resource in placed
	resource.metadata.labels[owner_label] != declared[resource.metadata.namespace].metadata.labels[owner_label]
}

is_owned(name) if declared[name].metadata.labels[owner_label] != ""

declared[name] := resource if {
	some resource in input.resources
	[resource.apiVersion, resource.kind] == ["v1", "Namespace"]
	name := resource.metadata.name
}

placed := [resource |
	some resource in input.resources
	is_string(resource.metadata.namespace)
	not resource.metadata.namespace in exempt_namespaces
]
