# A field may be absent, and it may be null.
listed(holder, field) := value if {
	value := holder[field]
	is_array(value)
} else := []
