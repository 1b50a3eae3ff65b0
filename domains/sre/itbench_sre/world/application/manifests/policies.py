"""Quotas, limits, autoscalers, disruption budgets and priorities."""

from collections.abc import Mapping

from itbench_sre.world.application.manifests.objects import Texts, thing
from itbench_sre.world.store.refs import JsonObject


def resource_quota(
    name: str, space: str, hard: Mapping[str, str], labels: Texts = None, annotations: Texts = None
) -> JsonObject:
    """Return a ResourceQuota."""
    return thing(
        "ResourceQuota",
        name,
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec={"hard": dict(hard)},
    )


def limit_range(
    name: str,
    space: str,
    default: Mapping[str, str],
    default_request: Mapping[str, str],
    *,
    most: Mapping[str, str] | None = None,
    labels: Texts = None,
    annotations: Texts = None,
) -> JsonObject:
    """Return a LimitRange of containers."""
    limit: JsonObject = {
        "default": dict(default),
        "defaultRequest": dict(default_request),
        "type": "Container",
    }
    if most:
        limit["max"] = dict(most)
    return thing(
        "LimitRange",
        name,
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec={"limits": [limit]},
    )


def autoscaler(
    name: str,
    space: str,
    target: str,
    least: int,
    most: int,
    *,
    cpu_per_cent: int = 0,
    memory_per_cent: int = 0,
    kind: str = "Deployment",
    labels: Texts = None,
    annotations: Texts = None,
) -> JsonObject:
    """Return a HorizontalPodAutoscaler that keeps average use at a share of the requests."""
    metrics = [
        {
            "resource": {"name": name, "target": {"averageUtilization": share, "type": "Utilization"}},
            "type": "Resource",
        }
        for name, share in (("cpu", cpu_per_cent), ("memory", memory_per_cent))
        if share
    ]
    return thing(
        "HorizontalPodAutoscaler",
        name,
        api_version="autoscaling/v2",
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec={
            "maxReplicas": most,
            "metrics": metrics,
            "minReplicas": least,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": target},
        },
    )


def disruption_budget(
    name: str,
    space: str,
    selector: Mapping[str, str],
    *,
    least: int | str = "",
    most_missing: int | str = "",
    labels: Texts = None,
    annotations: Texts = None,
) -> JsonObject:
    """Return a PodDisruptionBudget by the least that must be there or the most that may be missing."""
    rule = {"maxUnavailable": most_missing} if most_missing != "" else {"minAvailable": least}
    body = thing(
        "PodDisruptionBudget",
        name,
        api_version="policy/v1",
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec={**rule, "selector": {"matchLabels": dict(selector)}},
    )
    body["metadata"]["generation"] = 1
    return body


def priority_class(name: str, value: int, description: str, labels: Texts = None) -> JsonObject:
    """Return a PriorityClass."""
    return thing(
        "PriorityClass",
        name,
        api_version="scheduling.k8s.io/v1",
        labels=labels,
        description=description,
        preemptionPolicy="PreemptLowerPriority",
        value=value,
    )
