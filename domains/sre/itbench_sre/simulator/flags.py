"""The feature flags of the shop, all off."""

from __future__ import annotations

import json

_FLAGS: tuple[tuple[str, str], ...] = (
    ("adFailure", "Fail ad service"),
    ("adHighCpu", "Triggers high cpu load in the ad service"),
    ("cartFailure", "Fail cart service"),
    ("emailMemoryLeak", "Memory leak in the email service."),
    ("imageSlowLoad", "slow loading images in the frontend"),
    ("kafkaQueueProblems", "Overloads Kafka queue"),
    ("loadGeneratorFloodHomepage", "Flood the frontend with a large amount of requests."),
    ("paymentFailure", "Fail payment service charge requests"),
    ("productCatalogFailure", "Fail product catalog service on a specific product"),
    ("recommendationCacheFailure", "Fail recommendation service cache"),
)


def flag_file(described: str = "", *, note: str = "") -> str:
    """Return `demo.flagd.json` with every flag off; the flag `described` carries `note` in its description."""
    flags = {
        name: {
            "defaultVariant": "off",
            "description": f"{text} {note}".strip() if name == described else text,
            "state": "ENABLED",
            "variants": {"off": False, "on": True},
        }
        for name, text in _FLAGS
    }
    schema = "https://flagd.dev/schema/v0/flags.json"
    return json.dumps({"$schema": schema, "flags": flags}, indent=2) + "\n"


def flag_names() -> list[str]:
    """Return the names of all flags."""
    return [name for name, _ in _FLAGS]
