"""What an alerting rule is, what the rules of an application are about, and the objects that hold them."""

from dataclasses import dataclass, field

from itbench_sre.world.application.model import Application
from itbench_sre.world.store.paths import Item, value_at
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.telemetry.expressions import Compare, Expression, Selector, Sum, duration_text

BY_SERVICE = ("namespace", "service_name")
# Nobody waits for what these do, and each may do nothing for long.
_SILENT = ("flags", "load", "job")
FAILED = ("status_code", "=", "STATUS_CODE_ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alerting rule.

    Attributes:
        for_s: how long its condition must hold.
        description: with `{{ $labels.name }}` and `{{ $value }}`.
    """

    alert: str
    expression: Expression
    severity: str
    description: str
    for_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rules that are evaluated together, every `interval_s` seconds."""

    name: str
    rules: tuple[Rule, ...]
    interval_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What rules are about.

    Attributes:
        silent: services that no rule of calls is about: flags and load.
        processors: services that may take long, since nobody waits for them.
        front: services that users reach.
        entrance: the one that they reach first; empty where nothing is known of it.
        objectives: service, most failures per million, slowest 95th percentile in ms.
        is_meshed: whether the mesh counts calls, not the programs themselves.
    """

    namespace: str
    silent: tuple[str, ...] = ("flagd", "load-generator")
    processors: tuple[str, ...] = ("accounting", "fraud-detection")
    front: tuple[str, ...] = ("frontend", "frontend-proxy")
    entrance: str = ""
    objectives: tuple[tuple[str, int, int], ...] = field(default=())
    is_meshed: bool = False


def scope_of(application: Application) -> Scope:
    """Return what the rules of an application are about."""
    roles = _roles(application)
    address = application.entrance.partition("://")[2] or application.entrance
    entrance = address.partition(":")[0].partition(".")[0]
    front = {*roles.get("proxy", ()), entrance}
    objectives = tuple((name, *limits) for name, limits in sorted(application.objectives.items()))
    return Scope(
        namespace=application.namespace,
        silent=tuple(sorted({name for role in _SILENT for name in roles.get(role, ())}))
        or ("load-generator",),
        processors=tuple(sorted(roles.get("worker", ()))),
        front=tuple(sorted(front)),
        entrance=entrance,
        objectives=objectives,
        is_meshed="mesh" in application.rules,
    )


def _roles(application: Application) -> dict[str, list[str]]:
    """Return the names under which telemetry knows the programs of each role, as the manifests give them."""
    programs = {image.reference: image.program for image in application.images}
    roles: dict[str, list[str]] = {}
    for body in application.objects:
        spec = value_at(body, ("spec", "jobTemplate", "spec"), body.get("spec", {}))
        template = value_at(spec, ("template",), {})
        for container in value_at(template, ("spec", "containers"), ()):
            program = programs.get(container["image"])
            if program is not None:
                names = roles.setdefault(program.role, [])
                names.append(_service_name(container, value_at(template, ("metadata", "labels"), {})))
    return roles


def _service_name(container: JsonObject, labels: JsonObject) -> str:
    name = value_at(container, ("env", Item("OTEL_SERVICE_NAME"), "value"))
    found = name or labels.get("app.kubernetes.io/name") or labels.get("app") or container["name"]
    return str(found)


def rule_object(name: str, namespace: str, groups: tuple[Group, ...]) -> JsonObject:
    """Return the PrometheusRule object of some groups."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"groups": [_group_object(group) for group in groups]},
    }


def _group_object(group: Group) -> JsonObject:
    return {
        "interval": duration_text(group.interval_s),
        "name": group.name,
        "rules": [
            {
                "alert": rule.alert,
                "annotations": {"description": rule.description},
                "expr": rule.expression.text(),
                **({"for": duration_text(rule.for_s)} if rule.for_s else {}),
                "labels": {"severity": rule.severity},
            }
            for rule in group.rules
        ],
    }


def phase_rule(scope: Scope, alert: str, phase: str, tail: str, for_s: int = 0) -> Rule:
    """Return the rule about pods in a phase; `tail` ends its first words."""
    selector = Selector("kube_pod_status_phase", (("namespace", "=", scope.namespace), ("phase", "=", phase)))
    return Rule(
        alert=alert,
        expression=Compare(Sum(("namespace",), selector), ">", "0"),
        severity="critical",
        description=pods_text(phase.lower(), tail),
        for_s=for_s,
    )


def pods_text(state: str, tail: str) -> str:
    """Return the description of a rule about pods in a state."""
    return (
        f"Pods in {state} state in namespace {{{{ $labels.namespace }}}} {tail} (current: {{{{ $value }}}})"
    )
