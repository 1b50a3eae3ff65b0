"""The tables of the cluster's events and objects, as the collector's watcher of Kubernetes writes them."""

import json
from collections.abc import Sequence
from operator import itemgetter

from itbench_sre.world.clock.loop import MINUTE_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.recorder.table import Table
from itbench_sre.world.store.kinds import KINDS, RECORDED
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Change, Store
from itbench_sre.world.telemetry.logs import LOG_COLUMNS
from itbench_sre.world.telemetry.texts import second_text

_WATCHER = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/k8sobjectsreceiver\t1.0.0\t{}"
# `v1` calls these so; `events.k8s.io/v1` has other names for the same.
_NEWER = {
    "count": "deprecatedCount",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "source": "deprecatedSource",
    "involvedObject": "regarding",
    "message": "note",
    "reportingComponent": "reportingController",
}
_EVERY_US = 5 * MINUTE_US


def body_text(body: JsonObject) -> str:
    """Return an object as the collector prints it: keys in order, no spaces, with Go's escapes."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if "<" in text or ">" in text or "&" in text:
        text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return '"' + text.replace('"', '""') + '"'


def _rest(text: str, namespace: str, attributes: str) -> str:
    """Return what follows the two times of a row."""
    resource = f"{{'k8s.namespace.name': '{namespace}'}}" if namespace else "{}"
    return f"\t\t\t0\t\t0\t\t{text}\t\t{resource}\t\t{_WATCHER}\t{attributes}\t"


class _Rows:
    """A table of rows that carry nothing but a body."""

    def __init__(self) -> None:
        self.table = Table("\t".join(LOG_COLUMNS))

    def add(self, time_ns: int, rest: str) -> None:
        second, part = divmod(time_ns, 1_000_000_000)
        clock = second_text(second)
        self.table.add(second, f"{clock}.{part:09d}\t{clock}{rest}")


class Events(_Rows):
    """Every change of an event, seen through both of its APIs."""

    def __init__(self, loop: Loop, seed: int, store: Store) -> None:
        super().__init__()
        self.is_listening = False
        self._loop = loop
        self._seed = mixed(seed, "recorded events")
        store.watch("Event", self._hear)

    def _hear(self, change: Change) -> None:
        if not self.is_listening:
            return
        body, name = change.body, change.ref.name
        random = Randomness(
            mixed(
                self._seed, f"{body['metadata']['uid']} {body['metadata']['resourceVersion']} {change.type}"
            )
        )
        time_ns = self._loop.now_us * 1000 + random.between(600_000, 3_400_000)
        apart_ns = random.between(30, 46_000)
        attributes = f"{{'event.domain': 'k8s', 'event.name': '{name}', 'k8s.resource.name': 'events'}}"
        made = [body, newer_event(body)]
        for place, version in enumerate(made if random.below(2) else made[::-1]):
            text = body_text({"object": version, "type": change.type})
            self.add(time_ns + place * apart_ns, _rest(text, change.ref.namespace, attributes))


def newer_event(body: JsonObject) -> JsonObject:
    """Return an event of `v1` as `events.k8s.io/v1` shows it."""
    made = {_NEWER.get(key, key): value for key, value in body.items()}
    made["apiVersion"] = "events.k8s.io/v1"
    if not made.get("reportingInstance"):
        made.pop("reportingInstance", None)
    return made


class Objects(_Rows):
    """All objects of the recorded kinds, every five minutes, each kind at its own moment."""

    def __init__(self, loop: Loop, seed: int, store: Store, kinds: Sequence[str] = RECORDED) -> None:
        super().__init__()
        self._loop = loop
        self._seed = mixed(seed, "recorded objects")
        self._store = store
        self._kinds = tuple(kinds)
        self._known: dict[Ref, tuple[str, str]] = {}

    def start(self) -> None:
        """Begin to pull: the collector asks for one kind after the other, and again five minutes after each answer."""
        random = Randomness(self._seed)
        time_us = self._loop.now_us + random.between(2_000_000, 12_000_000)
        for kind in self._kinds:
            time_us += random.between(4_000, 90_000)
            self._loop.at(time_us, self._pull, kind)

    def _pull(self, kind: str) -> None:
        now_us = self._loop.now_us
        random = Randomness(mixed(self._seed, f"{kind} {now_us}"))
        time_ns = now_us * 1000 + random.below(1000)
        resource = f"{{'k8s.resource.name': '{KINDS[kind].plural}'}}"
        present = {}
        listed = [
            (body["metadata"].get("namespace", ""), body["metadata"]["name"], body)
            for body in self._store.list(kind)
        ]
        for namespace, name, body in sorted(listed, key=itemgetter(0, 1)):
            metadata = body["metadata"]
            ref = Ref(kind, namespace, name)
            version = metadata["resourceVersion"]
            known = self._known.get(ref)
            if known is None or known[0] != version:
                self._known[ref] = known = (version, _rest(body_text(body), ref.namespace, resource))
            present[ref] = known
            self.add(time_ns, known[1])
        for ref in [ref for ref in self._known if ref.kind == kind and ref not in present]:
            del self._known[ref]
        self._loop.after(_EVERY_US + random.between(200, 9_000), self._pull, kind)
