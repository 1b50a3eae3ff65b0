package check

import rego.v1

default result := false

result if count(violations) == 0

violations contains message if {
	some namespace in namespaces
	not namespace in $exempt_namespaces
	some direction in ["Ingress", "Egress"]
	not [namespace, direction] in closed
	message := sprintf("%s has no policy for all pods about %s", [namespace, direction])
}

violations contains message if {
	some namespace in namespaces
	not namespace in $exempt_namespaces
	some direction in ["Ingress", "Egress"]
	[namespace, direction] in opened
	message := sprintf("%s has a policy that lets everything through for %s", [namespace, direction])
}

# A namespace counts if it is declared, and if a workload lives in it.
namespaces contains resource.metadata.name if {
	some resource in input.resources
	resource.apiVersion == "v1"
	resource.kind == "Namespace"
}

namespaces contains namespace_of(resource) if {
	some resource in input.resources
	is_workload(resource)
}

policies contains policy if {
	some policy in input.resources
	startswith(policy.apiVersion, "networking.k8s.io/")
	policy.kind == "NetworkPolicy"
}

# Closed in one direction: a policy for all pods that is about it.
closed contains [namespace_of(policy), direction] if {
	some policy in policies
	not selects_some_pods(policy.spec)
	some direction in directions_of(policy.spec)
}

# What policies allow adds up: one rule for everything opens what the others close.
opened contains [namespace_of(policy), direction] if {
	some policy in policies
	some direction in directions_of(policy.spec)
	some rule in listed(policy.spec, lower(direction))
	count(listed(rule, peers[direction])) == 0
	count(listed(rule, "ports")) == 0
}

peers := {"Ingress": "from", "Egress": "to"}

selects_some_pods(spec) if some _ in spec.podSelector.matchLabels

selects_some_pods(spec) if some _ in spec.podSelector.matchExpressions

# Without policyTypes a policy is about what comes in; about what goes out only if it has a rule for it.
directions_of(spec) := spec.policyTypes if {
	count(listed(spec, "policyTypes")) > 0
} else := ["Ingress", "Egress"] if {
	count(listed(spec, "egress")) > 0
} else := ["Ingress"]

$workloads

$namespaces

$lists
