# Of two security contexts the container's own decides where it has the field; null counts as absent.
decides(spec, container, field) := given[0] if {
	given := [value |
		some part in [container, spec]
		value := object.get(part, ["securityContext", field], null)
		value != null
	]
}
