"""The elimination program: sees rows of evidence and a rule book, and must reach exactly the roots.

It follows the failing or slow calls from the service of the page to where they begin, and asks the rule book of each
change that the rows show whether it could have caused that. It knows nothing of changes, labels or truths.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.incidents.candidates import Candidate, candidates, restarted
from itbench_sre.world.incidents.rows import ALERTS, METRICS, OBJECTS, Row
from itbench_sre.world.incidents.rule_book import MAY, NO, Culprit, Scene, support
from itbench_sre.world.incidents.symptoms import Calls, Symptoms, component, symptoms
from itbench_sre.world.store.refs import JsonObject

_SERVICE_LABELS: Final = (
    "service_name",
    "destination_canonical_service",
    "group",
    "horizontalpodautoscaler",
    "deployment",
)
_ALL: Final = 1_000_000_000
# Objects are pulled every five minutes.
_PULLED_US: Final = 330_000_000
_LATER_US: Final = (15_000_000, 120_000_000)
_NAMESPACE_LABELS: Final = ("namespace", "destination_workload_namespace")


def eliminate(rows: Sequence[Row], page: Mapping[str, str], called_us: int = 0) -> list[str]:
    """Return the objects whose changes the rows leave as roots, as `namespace/Kind/name`, the best supported first.

    Parameters:
        rows: that differ from those of a world without any of the changes.
        page: labels of the alert that called, with its `alertname`.
        called_us: when it called. What was so until then is looked at first, and more only where that leaves nothing.
            0 where it is not known.
    """
    service = next((page[key] for key in _SERVICE_LABELS if key in page), "")
    if not service:
        return []
    parts = (_until(rows, called_us + later_us) for later_us in _LATER_US) if called_us else ()
    for part in (*parts, rows):
        names = _left(_supported(part, page, component(service)))
        if names:
            return names
    return []


def _supported(rows: Sequence[Row], page: Mapping[str, str], service: str) -> dict[str, tuple[int, int]]:
    """Return how well the rows support each change that may have caused what a service called for, and with what weight."""
    found = symptoms(rows)
    if "Latency" in page.get("alertname", ""):
        _keep_late(found)
    namespace = next((page[key] for key in _NAMESPACE_LABELS if key in page), "")
    known = restarted(rows)
    shown = candidates(rows)
    best: dict[str, tuple[int, int]] = {}
    for culprit in culprits(found, service):
        scene = Scene(found, culprit, known)
        for change in (*shown, *_unseen(culprit, known, namespace)):
            level = support(change, scene)
            if level > NO:
                name = change.name.replace("/Inside/", "/Deployment/")
                best[name] = max(best.get(name, (0, 0)), (level, culprit.weight))
    return best


def _until(rows: Sequence[Row], end_us: int) -> list[Row]:
    """Return the rows of what was so at a time, and of objects until they were next pulled."""
    limits = {
        OBJECTS: _written(end_us + _PULLED_US),
        ALERTS: "~",  # their own times are written otherwise, and each alert stands there once
        METRICS: "~",
    }
    usual = _written(end_us)
    return [row for row in rows if row.at <= limits.get(row.file.partition("/")[0], usual)]


def _written(time_us_: int) -> str:
    return kubernetes_text(time_us_).replace("T", " ").rstrip("Z")


def _left(best: dict[str, tuple[int, int]]) -> list[str]:
    """Return the names that are best supported, and that explain about as many failures as any of them."""
    if not best:
        return []
    top = max(level for level, _ in best.values())
    most = max(weight for level, weight in best.values() if level == top)
    names = [name for name, (level, weight) in best.items() if level == top and weight * 12 >= most]
    return sorted(names) if top > MAY or len(names) == 1 else []


def culprits(found: Symptoms, service: str) -> list[Culprit]:
    """Return where the failing calls that reach a service begin.

    No more failures reach the page from there than pass through the narrowest of the calls between.
    """
    reached = {service: _ALL}
    waiting, begins = [service], []
    for name in waiting:
        callees = found.callees(name)
        for callee in callees:
            calls = found.calls[name, callee]
            if callee not in reached:
                waiting.append(callee)
            passing = min(reached[name], calls.failed + calls.slow)
            reached[callee] = max(reached.get(callee, 0), passing)
        begins += [(name, callee) for callee in callees if not found.callees(callee)]
        if not callees and (name in found.inner or name in found.slow_inner):
            begins += [(caller, name) for caller in found.callers(name)] or [("", name)]
    if not begins:
        callers = found.callers(service) or found.asked.get(service, [""])
        begins = [(caller, service) for caller in callers]
    return [_culprit(found, edge, reached) for edge in dict.fromkeys(begins)]


def _culprit(found: Symptoms, edge: tuple[str, str], reached: Mapping[str, int]) -> Culprit:
    calls = _calls(found, *edge)
    return Culprit(*edge, calls, min(reached.get(edge[1], _ALL), calls.failed + calls.slow))


def _keep_late(found: Symptoms) -> None:
    """Forget calls that fail at once: they make nobody wait."""
    if any(calls.late for calls in found.calls.values()):
        found.calls = {edge: calls for edge, calls in found.calls.items() if calls.late}


def _calls(found: Symptoms, caller: str, callee: str) -> Calls:
    calls = found.calls.get((caller, callee))
    if calls is not None:
        return calls
    inner = found.inner.get(callee)
    return Calls(
        failed=sum(inner.values()) if inner else 0,
        slow=found.slow_inner[callee],
        messages=inner or Calls().messages,
    )


def _unseen(culprit: Culprit, known: Mapping[str, JsonObject], namespace: str) -> Iterator[Candidate]:
    """Yield changes that no recorded object shows: of Secrets, which are not recorded, and inside containers."""
    is_secret = False
    for name, body in known.items():
        if component(name) in (culprit.caller, culprit.callee):
            for secret in _secrets(body):
                is_secret = True
                yield Candidate(f"{namespace}/Secret/{secret}", "changed", "", targets=(name,))
    if not is_secret:
        yield Candidate(f"{namespace}/Inside/{culprit.callee}", "changed", "")


def _secrets(body: JsonObject) -> list[str]:
    """Return the Secrets that the containers of a workload read."""
    found: dict[str, None] = {}
    spec = body["spec"]["template"]["spec"]
    for container in spec["containers"]:
        for entry in container.get("env") or ():
            name = entry.get("valueFrom", {}).get("secretKeyRef", {}).get("name")
            found |= {name: None} if name else {}
        for entry in container.get("envFrom") or ():
            name = entry.get("secretRef", {}).get("name")
            found |= {name: None} if name else {}
    for volume in spec.get("volumes") or ():
        name = volume.get("secret", {}).get("secretName")
        found |= {name: None} if name else {}
    return list(found)
