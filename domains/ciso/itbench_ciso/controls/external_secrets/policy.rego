package check

import rego.v1

default result := false

result if count(violations) == 0

exempt_namespaces := $exempt_namespaces

# No Secret has its values in the manifest.
violations contains message if {
	some secret in input.resources
	secret.apiVersion == "v1"
	secret.kind == "Secret"
	not namespace_of(secret) in exempt_namespaces
	not is_filled_by_kubernetes(secret)
	some field in ["data", "stringData"]
	some _ in secret[field]
	message := sprintf("Secret %s has values", [secret.metadata.name])
}

is_filled_by_kubernetes(secret) if secret.type == "kubernetes.io/service-account-token"

# Every ExternalSecret reads from the approved store.
violations contains message if {
	some external in input.resources
	startswith(external.apiVersion, "external-secrets.io/")
	external.kind == "ExternalSecret"
	not namespace_of(external) in exempt_namespaces
	not reads_approved_store(external.spec)
	message := sprintf("ExternalSecret %s reads from another store", [external.metadata.name])
}

# Without a kind, the reference is to a SecretStore in the namespace of the ExternalSecret.
reads_approved_store(spec) if {
	spec.secretStoreRef.kind == "ClusterSecretStore"
	spec.secretStoreRef.name == $approved_store
}

$namespaces
