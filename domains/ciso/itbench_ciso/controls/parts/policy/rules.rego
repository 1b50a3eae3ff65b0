# Whether a field of a rule names a value, or all values.
covers(rule, field, value) if value in listed(rule, field)

covers(rule, field, _) if "*" in listed(rule, field)
