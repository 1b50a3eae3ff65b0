package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains resource.metadata.name if {
	some resource in input.resources
	lies_in_default(resource)
	not [resource.kind, resource.metadata.name] in reserved
}

# What Kubernetes itself puts there.
reserved := [["Service", "kubernetes"], ["ServiceAccount", "default"], ["ConfigMap", "kube-root-ca.crt"]]

lies_in_default(resource) if resource.metadata.namespace == "default"

lies_in_default(resource) if {
	object.get(resource.metadata, "namespace", null) == null
	not resource.kind in cluster_wide
}

cluster_wide := {
	"APIService",
	"CertificateSigningRequest",
	"ClusterRole",
	"ClusterRoleBinding",
	"CustomResourceDefinition",
	"IngressClass",
	"MutatingWebhookConfiguration",
	"Namespace",
	"Node",
	"PersistentVolume",
	"PriorityClass",
	"RuntimeClass",
	"StorageClass",
	"ValidatingAdmissionPolicy",
	"ValidatingAdmissionPolicyBinding",
	"ValidatingWebhookConfiguration",
}
