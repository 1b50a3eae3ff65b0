package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some binding in input.resources
	is_rbac(binding)
	binding.kind in {"RoleBinding", "ClusterRoleBinding"}
	not is_built_in(binding)
	some subject in listed(binding, "subjects")
	subject.kind == "Group"
	subject.name == "system:masters"
	message := sprintf("%s %s names system:masters", [binding.kind, binding.metadata.name])
}

# A request tells the groups of who made it.
violations contains message if {
	some request in input.resources
	startswith(request.apiVersion, "certificates.k8s.io/")
	request.kind == "CertificateSigningRequest"
	"system:masters" in listed(request.spec, "groups")
	message := sprintf("a member of system:masters made the request %s", [request.metadata.name])
}

# Kubernetes makes this one binding itself.
is_built_in(binding) if {
	binding.kind == "ClusterRoleBinding"
	binding.metadata.name == "cluster-admin"
	binding.roleRef.name == "cluster-admin"
}

$rbac

$lists
