is_permitted(subject) if {
	subject.kind == "Group"
	subject.name == permitted_group
}

is_permitted(subject) if {
	subject.kind == "ServiceAccount"
	subject.name == permitted_account
	subject.namespace == permitted_namespace
}

# The user name of a service account is the same subject.
is_permitted(subject) if {
	subject.kind == "User"
	subject.name == sprintf("system:serviceaccount:%s:%s", [permitted_namespace, permitted_account])
}
