# A field may be absent, and it may be null.
listed(holder, field) := [item | some item in holder[field]]
