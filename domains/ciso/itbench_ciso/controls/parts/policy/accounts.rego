# The field serviceAccount is the old name of serviceAccountName.
account_of(spec) := named_account(spec, ["serviceAccountName", "serviceAccount"])

named_account(spec, fields) := names[0] if {
	names := [spec[field] | some field in fields; is_string(spec[field]); spec[field] != ""]
	count(names) > 0
} else := "default"
