"""What the spans say: which service calls which, which calls fail deepest in their trace, and who became slow."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from itbench_sre.agents.names import host_name
from itbench_sre.agents.onset import Rise, find_rise
from itbench_sre.agents.symptoms import Symptom
from itbench_sre.snapshot import Span

# Enough for half an hour of the busiest published snapshot.
SPAN_LIMIT = 300_000
_ADDRESS_KEYS = (
    "server.address",
    "net.peer.name",
    "peer.service",
    "url.full",
    "http.url",
    "db.system",
    "messaging.system",
)
_SLOW_FACTOR = 3
_LEAST_SLOW_NS = 50_000_000
_CALLING = {"Client", "Producer"}


@dataclass(slots=True)
class _Node:
    """What is kept of a span."""

    start_ns: int
    duration_ns: int
    parent_id: str
    service: str
    name: str
    is_calling: bool
    is_error: bool
    message: str
    address: str
    inner_ns: int = 0
    has_failed_child: bool = False
    callee: str = ""


@dataclass(slots=True)
class Calls:
    """The spans of a snapshot in short.

    Attributes:
        start_ns: of the first span.
        end_ns: of the last span's start.
        count: how many spans there are.
        namespaces: of each workload.
        callers: of each service.
        failures: times and message of the failures that no deeper failure explains, by service and the peer it called.
        slow: start of each span that took far longer itself than most of its kind did early on, likewise.
    """

    start_ns: int = 0
    end_ns: int = 0
    count: int = 0
    namespaces: dict[str, str] = field(default_factory=dict)
    callers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    failures: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    slow: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))


def summarise_calls(spans: Iterable[Span]) -> Calls:
    """Return the spans in short; at most `SPAN_LIMIT` are looked at."""
    calls = Calls()
    nodes: dict[str, _Node] = {}
    workloads: dict[str, str] = {}
    for span in islice(spans, SPAN_LIMIT):
        workload = span.resource.get("k8s.deployment.name") or span.resource.get("k8s.statefulset.name")
        service = workloads.setdefault(span.service, workload or span.service)
        calls.namespaces.setdefault(service, span.resource.get("k8s.namespace.name", ""))
        nodes[span.span_id] = _node(span, service)
    if not nodes:
        return calls
    calls.count = len(nodes)
    calls.start_ns = min(node.start_ns for node in nodes.values())
    calls.end_ns = max(node.start_ns for node in nodes.values())
    _join(nodes)
    _name_callees(nodes, calls, workloads)
    _collect_failures(nodes, calls)
    _collect_slow(nodes, calls)
    return calls


def find_symptoms(calls: Calls) -> list[Symptom]:
    """Return each place where failures or slow spans became more frequent, most first."""
    found: list[Symptom] = []
    for (service, peer), failures in calls.failures.items():
        rise = find_rise((time for time, _ in failures), calls.start_ns, calls.end_ns)
        if rise:
            text = Counter(message for time, message in failures if time >= rise.onset_ns).most_common(1)[0][
                0
            ]
            found.append(_symptom("calls", service, peer, rise, text or "the call failed", calls))
    for (service, peer), times in calls.slow.items():
        rise = find_rise(times, calls.start_ns, calls.end_ns)
        if rise:
            text = f"{len(times)} spans took over {_SLOW_FACTOR} times as long as usual by themselves"
            found.append(_symptom("latency", service, peer, rise, text, calls))
    return sorted(found, key=lambda symptom: (symptom.source, -symptom.amount, symptom.place))


def _symptom(source: str, service: str, peer: str, rise: Rise, text: str, calls: Calls) -> Symptom:
    return Symptom(
        source="calls" if source == "calls" else "latency",
        workload=service,
        peer=peer,
        onset_ns=rise.onset_ns,
        amount=rise.excess,
        text=text[:300],
        namespace=calls.namespaces.get(service, ""),
    )


def _node(span: Span, service: str) -> _Node:
    is_error = span.status == "Error"
    address = next((span.attributes[key] for key in _ADDRESS_KEYS if span.attributes.get(key)), "")
    return _Node(
        start_ns=span.start_ns,
        duration_ns=span.duration_ns,
        parent_id=span.parent_id,
        service=service,
        name=span.name,
        is_calling=span.kind in _CALLING,
        is_error=is_error,
        message=span.message if is_error else "",
        address=host_name(address),
    )


def _join(nodes: dict[str, _Node]) -> None:
    for node in nodes.values():
        parent = nodes.get(node.parent_id)
        if parent is None:
            continue
        parent.inner_ns += node.duration_ns
        parent.has_failed_child = parent.has_failed_child or node.is_error
        if parent.is_calling and node.service != parent.service:
            parent.callee = node.service


def _name_callees(nodes: dict[str, _Node], calls: Calls, workloads: dict[str, str]) -> None:
    """Give calls that nobody answered the callee of those that were answered, or the address they name."""
    usual: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for node in nodes.values():
        if node.callee:
            usual[node.service, node.name][node.callee] += 1
    for node in nodes.values():
        if node.is_calling and not node.callee:
            known = usual.get((node.service, node.name))
            node.callee = known.most_common(1)[0][0] if known else workloads.get(node.address, node.address)
        if node.callee:
            calls.callers[node.callee].add(node.service)


def _collect_failures(nodes: dict[str, _Node], calls: Calls) -> None:
    for node in nodes.values():
        if node.is_error and not node.has_failed_child:
            calls.failures[node.service, node.callee].append((node.start_ns, node.message))


def _collect_slow(nodes: dict[str, _Node], calls: Calls) -> None:
    early_ns = calls.start_ns + (calls.end_ns - calls.start_ns) // 4
    kinds: dict[tuple[str, str], list[_Node]] = defaultdict(list)
    for node in nodes.values():
        kinds[node.service, node.name].append(node)
    for alike in kinds.values():
        usual = sorted(_own_ns(node) for node in alike if node.start_ns < early_ns)
        if not usual:
            continue
        limit_ns = max(_LEAST_SLOW_NS, _SLOW_FACTOR * usual[len(usual) * 9 // 10])
        for node in alike:
            if _own_ns(node) > limit_ns:
                calls.slow[node.service, node.callee].append(node.start_ns)


def _own_ns(node: _Node) -> int:
    return max(0, node.duration_ns - node.inner_ns)
