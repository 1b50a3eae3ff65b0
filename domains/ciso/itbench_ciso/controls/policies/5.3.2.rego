package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some namespace in namespaces
	not namespace in $exempt_namespaces
	some direction in ["Ingress", "Egress"]
	not [namespace, direction] in closed
	message := sprintf("%s has no policy that closes it to %s", [namespace, lower(direction)])
}

# A namespace counts if it is declared, and if a workload lives in it.
namespaces contains resource.metadata.name if {
	some resource in input.resources
	resource.apiVersion == "v1"
	resource.kind == "Namespace"
}

namespaces contains namespace_of(resource) if {
	some resource in input.resources
	pod_spec(resource)
}

# Closed in one direction: a policy for all pods that is about the direction and lets nothing through.
closed contains [namespace_of(policy), direction] if {
	some policy in input.resources
	startswith(policy.apiVersion, "networking.k8s.io/")
	policy.kind == "NetworkPolicy"
	not selects_some_pods(policy.spec.podSelector)
	some direction in policy_types(policy.spec)
	count(listed(policy.spec, lower(direction))) == 0
}

selects_some_pods(selector) if count(selector.matchLabels) > 0

selects_some_pods(selector) if count(selector.matchExpressions) > 0

# Without policyTypes a policy is about what comes in; about what goes out only if it has a rule for it.
policy_types(spec) := spec.policyTypes if {
	count(listed(spec, "policyTypes")) > 0
} else := ["Ingress", "Egress"] if {
	count(listed(spec, "egress")) > 0
} else := ["Ingress"]

$pods

$lists
