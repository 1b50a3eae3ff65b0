"""What rows of evidence say of harm: calls that fail or are slow, services that fail by themselves, pods in trouble."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from itbench_sre.world.incidents.rows import ALERTS, EVENTS, LOGS, OBJECTS, SPANS, Row
from itbench_sre.world.store.refs import JsonObject

_ERROR: Final = 17  # OpenTelemetry's severity number from which on a record is an error
_ALERTED: Final = 3  # calls that an alert of an edge stands for
_VERSION: Final = re.compile(r"-v\d+(?:-[a-z]+)?$")
_POD: Final = re.compile(r"(?P<workload>.+?)(?:-[4-9bcdf]{6,10})?-(?:[2-9bcdfghjklmnpqrstvwxz]{5}|\d+)$")
_REPLICA_SET: Final = re.compile(r"-[4-9bcdf]{6,10}$")
_HOSTS: Final = (
    "server.address",
    "net.peer.name",
    "upstream_cluster.name",
    "peer.service",
    "network.peer.address",
)
_SERVING: Final = ("endpoints", "services", "deployments", "statefulsets")
_URL: Final = re.compile(r"https?://([a-zA-Z][\w.-]*)")
_LISTED: Final = re.compile(r"\b([a-z][a-z0-9-]*[a-z0-9])(?:\.[a-z0-9.-]+)?:\d{2,5}\b")
_WORD: Final = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_TROUBLE: Final = frozenset(
    {
        "BackOff", "Failed", "FailedCreate", "FailedScheduling", "FailedMount", "FailedAttachVolume", "Unhealthy",
        "Evicted", "Preempted", "TaintManagerEviction", "OOMKilling", "SystemOOM", "InspectFailed", "FailedSync",
        "ErrImageNeverPull", "FailedPostStartHook", "NodeNotReady", "Killing",
    }
)  # fmt: skip


def component(name: str) -> str:
    """Return the service that a name of telemetry, of a Service or of a workload stands for."""
    return _VERSION.sub("", name.partition(".")[0].partition(":")[0])


def workload_of(kind: str, name: str) -> str:
    """Return the workload that a Pod or ReplicaSet belongs to, by its name; the name itself of anything else."""
    if kind == "ReplicaSet":
        return _REPLICA_SET.sub("", name)
    found = _POD.fullmatch(name) if kind == "Pod" else None
    return found["workload"] if found else name


@dataclass(slots=True)
class Calls:
    """Calls of one service by another that fail or are slow.

    Attributes:
        late: that took longer than they should, failed or not.
        survived: after which the caller's own work went well, and in time.
        messages: how often which words ended one.
        ports: of the server that were asked.
    """

    failed: int = 0
    slow: int = 0
    survived: int = 0
    late: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    ports: set[str] = field(default_factory=set)

    @property
    def words(self) -> str:
        """Return all messages as one text."""
        return "\n".join(self.messages)


@dataclass(slots=True)
class Symptoms:
    """All harm that rows tell of.

    Attributes:
        calls: by caller and callee, as components.
        inner: services whose own work fails though all that they call is well, with messages.
        slow_inner: the same, for work that takes longer.
        pods: trouble with the pods of a workload: event reasons and messages.
        owners: the workload of each pod that events are about, by its uid.
        lost: Services that lost their last address.
        down: workloads that lost their last ready pod.
        logs: error records by service.
        asked: what a service asked before, as alerts say that it does no more: callers by callee.
        traced: services that write spans.
    """

    calls: dict[tuple[str, str], Calls] = field(default_factory=dict)
    inner: dict[str, Counter[str]] = field(default_factory=dict)
    slow_inner: Counter[str] = field(default_factory=Counter)
    pods: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    logs: dict[str, Counter[str]] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)
    traced: set[str] = field(default_factory=set)

    def between(self, caller: str, callee: str) -> Calls:
        """Return the calls between two services, to be added to."""
        return self.calls.setdefault((component(caller), component(callee)), Calls())

    def callees(self, caller: str) -> list[str]:
        """Return where a service's failing or slow calls go to."""
        return [to for by, to in self.calls if by == caller and to != caller]

    def callers(self, callee: str) -> list[str]:
        """Return whose calls of a service fail or are slow."""
        return [by for by, to in self.calls if to == callee and by != callee]


def symptoms(rows: Sequence[Row]) -> Symptoms:
    """Return what rows say of harm."""
    made = Symptoms()
    _spans(made, [row for row in rows if row.file == SPANS and row.what != "gone"], _servers(rows))
    for row in rows:
        if row.file == EVENTS:
            _event(made, row.fields)
        elif row.file == OBJECTS:
            _object(made, row)
        elif row.file.startswith(ALERTS):
            _alert(made, row.fields["labels"])
    named = _named(made, rows)
    for row in rows:
        if row.file == LOGS:
            _log(made, row.fields, named)
    survived = [edge for edge, calls in made.calls.items() if calls.failed + calls.slow <= calls.survived]
    for edge in survived:
        del made.calls[edge]
    return made


def _servers(rows: Sequence[Row]) -> list[str]:
    """Return the services that spans, Services and workloads are named after."""
    found = {component(row.fields["service"]) for row in rows if row.file == SPANS and row.fields}
    for row in rows:
        if row.file == OBJECTS and any(f"/{kind}/" in row.key for kind in _SERVING):
            found.add(component(row.key.partition("@")[0].rpartition("/")[2]))
    return sorted(found)


def _spans(made: Symptoms, rows: list[Row], servers: Sequence[str]) -> None:
    known = {row.key: row.fields for row in rows}
    by_parent: dict[str, list[JsonObject]] = {}
    for row in rows:
        by_parent.setdefault(row.fields["parent"], []).append(row.fields)
    addresses = dict(_known_addresses(rows))
    made.traced = {component(row.fields["service"]) for row in rows}
    for row in rows:
        span, below = row.fields, by_parent.get(row.key, [])
        is_failed, is_slow = _is_failed(span), _is_slow(span)
        if span["kind"] in ("Client", "Producer"):
            callee = _callee(span, below, addresses, servers)
            if callee and (is_failed or is_slow):
                calls = made.between(span["service"], callee)
                calls.failed += is_failed
                calls.slow += is_slow and not is_failed
                calls.late += is_slow
                calls.survived += not _is_carried(span, known)
                calls.messages[_words(span)] += is_failed
                calls.ports.add(span["attributes"].get("server.port", ""))
        elif is_failed and not any(child["status"] == "Error" for child in below):
            made.inner.setdefault(component(span["service"]), Counter())[span["message"] or span["name"]] += 1
        elif is_slow and not any(child["duration_ns"] > span["duration_ns"] // 2 for child in below):
            made.slow_inner[component(span["service"])] += 1


def _is_failed(span: JsonObject) -> bool:
    return bool(span["status"] == "Error")


def _words(span: JsonObject) -> str:
    """Return how a call ended: the message of its span, or the status and flags that a proxy notes."""
    attributes = span["attributes"]
    noted = f"{attributes.get('http.status_code', '')} {attributes.get('response_flags', '')}"
    return str(span["message"]) or noted.strip()


def _is_slow(span: JsonObject) -> bool:
    usual_ns = span["usual_ns"]
    return bool(span["duration_ns"] > (usual_ns * 2 if usual_ns else 900_000_000) + 20_000_000)


def _is_carried(span: JsonObject, known: dict[str, JsonObject]) -> bool:
    """Whether the work that a call was made for failed or took long as well; what is no row went as ever."""
    if not span["parent"]:
        return True
    above = known.get(span["parent"])
    if above is None:
        return False
    return _is_failed(above) or _is_slow(above)


def _known_addresses(rows: list[Row]) -> Iterator[tuple[str, str]]:
    """Yield which host serves which RPC service, as spans say that have both."""
    for row in rows:
        attributes = row.fields["attributes"]
        if "rpc.service" in attributes and "server.address" in attributes:
            yield attributes["rpc.service"], attributes["server.address"]


def _callee(
    span: JsonObject, below: list[JsonObject], addresses: dict[str, str], servers: Sequence[str]
) -> str:
    attributes = span["attributes"]
    if "EventStream" in span["name"]:
        return ""  # streams of flags end by themselves all the time
    for key in _HOSTS:
        if attributes.get(key, "")[:1].isalpha():
            return str(attributes[key])
    for key in ("http.url", "url.full"):
        found = _URL.match(attributes.get(key, ""))
        if found:
            return found[1]
    served = next((child["service"] for child in below if child["kind"] in ("Server", "Consumer")), "")
    if served:
        return str(served)
    rpc = attributes.get("rpc.service", "")
    if rpc in addresses:
        return addresses[rpc]
    bare = rpc.rpartition(".")[2].removesuffix("Service")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", bare).lower()
    longer = [each for each in servers if each.rpartition("-")[0] == name]
    return longer[0] if name and name not in servers and len(longer) == 1 else name


def _event(made: Symptoms, event: JsonObject) -> None:
    about = event["involvedObject"]
    if about["kind"] == "Pod" and about.get("uid"):
        made.owners[about["uid"]] = workload_of("Pod", about["name"])
    if event["reason"] in _TROUBLE and about["kind"] in (
        "Pod",
        "ReplicaSet",
        "StatefulSet",
        "DaemonSet",
        "Job",
    ):
        workload = workload_of(about["kind"], about["name"])
        made.pods.setdefault(workload, []).append((event["reason"], event.get("message", "")))


def _named(made: Symptoms, rows: Sequence[Row]) -> set[str]:
    """Return the services that rows speak of."""
    found = {name for edge in made.calls for name in edge}
    for row in rows:
        if row.file == OBJECTS and "/endpoints/" in row.key:
            found.add(component(row.key.partition("@")[0].rpartition("/")[2]))
    return found


def _log(made: Symptoms, record: JsonObject, named: set[str]) -> None:
    word = record["severity"].lower()
    if record["number"] >= _ERROR or word.startswith(("err", "fatal", "crit", "panic")):
        own = component(record["service"])
        made.logs.setdefault(own, Counter())[record["body"]] += 1
        if own in made.traced:
            return  # its spans tell it better: what it passes on is not counted twice
        told = {component(host) for host in _LISTED.findall(record["body"])}
        told |= named & set(_WORD.findall(record["body"]))
        for host in sorted(told - {own}):
            calls = made.between(own, host)
            calls.failed += 1
            calls.messages[record["body"]] += 1


def _object(made: Symptoms, row: Row) -> None:
    _, kind, name = row.key.partition("@")[0].split("/", 2)
    body = row.fields["body"]
    if kind == "endpoints":
        subsets = (body or {}).get("subsets") or []
        if not any(subset.get("addresses") for subset in subsets):
            made.lost.add(name)
    if kind in ("deployments", "statefulsets") and body is not None and body["metadata"]["namespace"]:
        ready = body.get("status", {}).get("readyReplicas") or 0
        if not ready:
            made.down.add(name)


def _alert(made: Symptoms, labels: dict[str, str]) -> None:
    caller, callee = labels.get("source_canonical_service"), labels.get("destination_canonical_service")
    if not caller or not callee or caller == "unknown":
        return
    if "NoRequests" in labels["alertname"]:  # who is asked no more suffers, but not from these calls
        made.asked.setdefault(component(callee), []).append(component(caller))
        return
    calls = made.between(caller, callee)
    if "Latency" in labels["alertname"]:
        calls.slow += _ALERTED
        calls.late += _ALERTED
    else:
        calls.failed += _ALERTED
        calls.messages[f"response code {labels.get('response_code', '')}"] += _ALERTED
