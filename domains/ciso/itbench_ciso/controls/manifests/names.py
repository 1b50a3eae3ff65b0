"""The names that made manifests use; none of them tells anything."""

from collections.abc import Callable

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
# Labels that no control asks for; a namespace has any number of them.
PLAIN_LABELS = (
    ("meridian.example/tier", ("gold", "silver", "bronze")),
    ("meridian.example/region", ("eu-north", "eu-west", "us-east")),
    ("meridian.example/stage", ("live", "pilot", "trial")),
    ("meridian.example/billing", ("shared", "own")),
)
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

# Names that are nearly another one: what they are to it, and how they are made of it.
NEAR: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("only begins like", lambda name: f"{name}-2"),
    ("only ends like", lambda name: f"my-{name}"),
    ("is only a part of", lambda name: name[:-2].rstrip("-")),
)
