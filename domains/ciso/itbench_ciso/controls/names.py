"""The names that made manifests use; none of them tells anything."""

HOUSE_REGISTRY = "registry.meridian.example"
OWNER_LABEL = "meridian.example/owner"
# Never a namespace that a task may exempt.
NAMESPACES = (
    "shop",
    "billing",
    "search",
    "logistics",
    "accounts",
    "reporting",
    "messaging",
    "catalogue",
    "pricing",
    "returns",
    "loyalty",
    "payroll",
)
SYSTEM_NAMESPACES = (
    "kube-system",
    "mesh-infra",
    "node-agents",
    "storage-system",
    "cluster-ops",
    "ingress-edge",
    "log-shipping",
    "telemetry-core",
)
TEAMS = ("harbour", "lantern", "quarry", "meadow", "summit", "delta")
APPLICATIONS = (
    "cart",
    "ledger",
    "invoice",
    "stock",
    "quote",
    "profile",
    "notify",
    "export",
    "gateway",
    "pickup",
    "coupon",
    "ranking",
    "archive",
    "courier",
    "basket",
    "tariff",
    "audit",
    "digest",
    "forecast",
    "refund",
)
NAMESPACE_ENDINGS = (
    "next",
    "canary",
    "eu",
    "lab",
    "tools",
    "dev",
    "2",
    "qa",
    "west",
    "jobs",
    "staging",
    "old",
)
ROLES = ("api", "worker", "web", "batch", "sync", "cache", "relay", "store")
AGENTS = ("node-exporter", "cni-agent", "disk-scrubber", "packet-tap", "host-auditor", "volume-plugin")
