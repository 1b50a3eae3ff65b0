"""Events as client-go's recorders write them: similar ones combined, repeated ones counted, too many dropped.

What is modelled is `EventCorrelator` of k8s.io/client-go/tools/record: an aggregator by all but the message, a counter
by all and the message, and a bucket of tokens for each source and object, asked last: an event that it drops has been
counted.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from itbench_sre.world.clock.loop import HOUR_US, MINUTE_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.store.refs import JsonObject, Ref, reference_to
from itbench_sre.world.store.store import Store

_LIFETIME_US = HOUR_US
_MOST_SIMILAR = 10
_SIMILAR_US = 10 * MINUTE_US
_BURST = 25
_TOKEN_US = 5 * MINUTE_US
_COMBINED = "(combined from similar events): "
# Component -> the program it is part of, where the API server notes another name than the component's.
_MANAGERS = {"kubelet": "kubelet", "default-scheduler": "kube-scheduler"}

_Key = tuple[str, ...]


@dataclass(slots=True)
class _Similar:
    messages: dict[str, None] = field(default_factory=dict)
    last_us: int = 0


@dataclass(slots=True)
class _Bucket:
    tokens_us: int
    filled_us: int


@dataclass(slots=True)
class _Seen:
    ref: Ref
    first: str
    count: int = 0
    body: JsonObject = field(default_factory=dict)


class EventWriter:
    """Writes `Event` objects to the store, and removes each an hour after it was last written."""

    def __init__(self, store: Store, loop: Loop, seed: int) -> None:
        self._store = store
        self._loop = loop
        self._seed = mixed(seed, "events")
        self._similar: dict[_Key, _Similar] = {}
        self._seen: dict[_Key, _Seen] = {}
        self._buckets: dict[_Key, _Bucket] = {}
        self._ages: deque[tuple[int, Ref, str]] = deque()

    def emit(
        self,
        about: JsonObject,
        reason: str,
        message: str,
        *,
        component: str,
        host: str = "",
        type: str = "Normal",  # noqa: A002 - as the field of an event is called
        field_path: str = "",
    ) -> None:
        """Report that something happened to an object.

        Args:
            about: the object.
            reason: of the event, one word.
            message: for people.
            component: that reports it, such as `kubelet`, `deployment-controller`.
            host: its node, for what runs on each.
            type: `Normal` or `Warning`.
            field_path: of the part that it is about, such as `spec.containers{cart}`.
        """
        subject = reference_to(about)
        if field_path:
            subject = dict(sorted({**subject, "fieldPath": field_path}.items()))
        source = (component, host, *_name_parts(subject))
        key: _Key = (*source, field_path, type, reason, message)
        similar: _Key = (*source, type, reason)
        if self._is_one_too_many(similar, message):
            key, message = similar, _COMBINED + message
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = seen = self._first(
                " ".join(key[4:9]), subject, reason, message, type, component, host
            )
        seen.count += 1
        if self._takes_token(source):
            self._write(seen, message, component)

    def write_once(
        self,
        about: JsonObject,
        reason: str,
        message: str,
        *,
        component: str,
        type: str = "Normal",  # noqa: A002 - as above
        annotations: Mapping[str, str],
    ) -> None:
        """Report something as an object of its own, as recorders do that are not client-go's."""
        subject = reference_to(about)
        purpose = f"{subject['name']} {component} {reason} {message}"
        seen = self._first(purpose, subject, reason, message, type, component, "")
        metadata = {**seen.body["metadata"], "annotations": dict(annotations)}
        seen.body.update(metadata=metadata, reportingComponent="")
        seen.count = 1
        self._write(seen, message, component)

    def _is_one_too_many(self, key: _Key, message: str) -> bool:
        now_us = self._loop.now_us
        similar = self._similar.get(key)
        if similar is None or now_us - similar.last_us > _SIMILAR_US:
            self._similar[key] = similar = _Similar()
        similar.last_us = now_us
        similar.messages[message] = None
        if len(similar.messages) < _MOST_SIMILAR:
            return False
        del similar.messages[next(iter(similar.messages))]
        return True

    def _takes_token(self, key: _Key) -> bool:
        now_us = self._loop.now_us
        bucket = self._buckets.get(key)
        if bucket is None:
            self._buckets[key] = bucket = _Bucket(_BURST * _TOKEN_US, now_us)
        bucket.tokens_us = min(_BURST * _TOKEN_US, bucket.tokens_us + now_us - bucket.filled_us)
        bucket.filled_us = now_us
        if bucket.tokens_us < _TOKEN_US:
            return False
        bucket.tokens_us -= _TOKEN_US
        return True

    def _first(
        self,
        purpose: str,
        subject: JsonObject,
        reason: str,
        message: str,
        type: str,  # noqa: A002 - as above
        component: str,
        host: str,
    ) -> _Seen:
        namespace = subject.get("namespace", "default")  # where events of nodes are kept
        stamp = self._loop.now_us * 1000 + Randomness(mixed(self._seed, purpose)).below(1000)
        name = f"{subject['name']}.{stamp:x}"
        while self._store.get(Ref("Event", namespace, name)) is not None:
            stamp += 1
            name = f"{subject['name']}.{stamp:x}"
        now = kubernetes_text(self._loop.now_us)
        body = {
            "apiVersion": "v1",
            "eventTime": None,
            "firstTimestamp": now,
            "involvedObject": subject,
            "kind": "Event",
            "message": message,
            "metadata": {"name": name, "namespace": namespace},
            "reason": reason,
            "reportingComponent": component,
            "reportingInstance": host,
            "source": {"component": component, "host": host} if host else {"component": component},
            "type": type,
        }
        return _Seen(Ref("Event", namespace, name), now, body=body)

    def _write(self, seen: _Seen, message: str, component: str) -> None:
        now = kubernetes_text(self._loop.now_us)
        manager = manager_of(component)
        stored = self._store.get(seen.ref)
        body = stored or seen.body
        made = {**body, "count": seen.count, "lastTimestamp": now, "message": message}
        if stored is None:
            written = self._store.create(made, manager)
        else:
            written = self._store.replace(seen.ref, made, manager)
        if not self._ages:
            self._loop.after(_LIFETIME_US, self._forget)
        version = written["metadata"]["resourceVersion"]
        self._ages.append((self._loop.now_us + _LIFETIME_US, seen.ref, version))

    def _forget(self) -> None:
        ages, store = self._ages, self._store
        while ages and ages[0][0] <= self._loop.now_us:
            _, ref, version = ages.popleft()
            body = store.get(ref)
            if body is not None and body["metadata"]["resourceVersion"] == version:
                store.remove(ref, "kube-apiserver")
        if ages:
            self._loop.at(ages[0][0], self._forget)


def manager_of(component: str) -> str:
    """Return the field manager of the program that reports as `component`."""
    if component in _MANAGERS:
        return _MANAGERS[component]
    if component.startswith("schedule-") or component.endswith("chaos"):
        return "chaos-controller-manager"
    if component.endswith("-controller") and component != "nginx-ingress-controller":
        return "kube-controller-manager"
    return "kube-controller-manager" if component == "horizontal-pod-autoscaler" else component


def _name_parts(subject: JsonObject) -> _Key:
    return subject["kind"], subject.get("namespace", ""), subject["name"], subject.get("uid", "")
