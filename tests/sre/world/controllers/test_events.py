"""Events: counted, combined, dropped and forgotten as client-go and the API server do."""

import csv
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.world.clock.loop import HOUR_US, MINUTE_US, SECOND_US, Loop
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Change, Store

_START_US = 1_765_820_000 * SECOND_US
_POD = Ref("Pod", "shop", "cart-4d5f6b7c8-x2x2x")
_SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"


class _Cluster:
    def __init__(self) -> None:
        self.loop = Loop(_START_US)
        self.store = Store(self.loop, 1)
        self.events = EventWriter(self.store, self.loop, 1)
        self.changes: list[Change] = []
        self.store.watch("Event", self.changes.append)
        spec = {"containers": [{"name": "cart", "image": "cart:1"}], "nodeName": "node-1"}
        metadata = {"name": _POD.name, "namespace": "shop"}
        body: JsonObject = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        self.store.create(body, "kube-controller-manager")

    def emit(self, message: str, reason: str = "BackOff") -> None:
        self.events.emit(
            self.store.expect(_POD),
            reason,
            message,
            component="kubelet",
            host="node-1",
            type="Warning",
            field_path="spec.containers{cart}",
        )

    def all(self) -> list[JsonObject]:
        return list(self.store.list("Event"))


def test_the_same_event_is_counted_up_under_its_first_name() -> None:
    cluster = _Cluster()
    for _ in range(3):
        cluster.emit("Back-off restarting failed container cart")
        cluster.loop.run_until(cluster.loop.now_us + 10 * SECOND_US)
    (event,) = cluster.all()
    assert event["count"] == 3
    assert event["firstTimestamp"] == "2025-12-15T17:33:20Z"
    assert event["lastTimestamp"] == "2025-12-15T17:33:40Z"
    assert [change.type for change in cluster.changes] == ["ADDED", "MODIFIED", "MODIFIED"]
    name, _, stamp = event["metadata"]["name"].rpartition(".")
    assert name == _POD.name
    assert int(stamp, 16) // 1000 == _START_US


def test_events_that_differ_in_the_message_alone_are_combined_from_the_tenth_on() -> None:
    cluster = _Cluster()
    for number in range(14):
        cluster.emit(f'Error creating: pods "cart-{number}" is forbidden', "FailedCreate")
    assert len(cluster.all()) == 10
    combined = cluster.all()[-1]
    assert (
        combined["message"] == '(combined from similar events): Error creating: pods "cart-13" is forbidden'
    )
    assert combined["count"] == 5


def test_similar_events_long_after_one_another_are_not_combined() -> None:
    cluster = _Cluster()
    for number in range(14):
        cluster.emit(f"attempt {number}", "FailedCreate")
        cluster.loop.run_until(cluster.loop.now_us + 11 * MINUTE_US)
    assert {event["count"] for event in cluster.all()} == {1}
    assert not any("combined" in event["message"] for event in cluster.all())


def test_a_source_may_write_25_events_of_an_object_and_then_one_in_five_minutes_yet_all_are_counted() -> None:
    cluster = _Cluster()
    for _ in range(60):
        cluster.emit("Back-off restarting failed container cart")
    assert cluster.all()[0]["count"] == 25
    cluster.loop.run_until(_START_US + 5 * MINUTE_US)
    cluster.emit("Back-off restarting failed container cart")
    cluster.emit("Back-off restarting failed container cart")
    assert cluster.all()[0]["count"] == 61


def test_other_sources_are_not_hindered_by_one_that_writes_too_much() -> None:
    cluster = _Cluster()
    for _ in range(40):
        cluster.emit("Back-off restarting failed container cart")
    cluster.events.emit(
        cluster.store.expect(_POD), "Scheduled", "Successfully assigned", component="default-scheduler"
    )
    assert [event["reason"] for event in cluster.all()] == ["BackOff", "Scheduled"]


def test_an_event_is_deleted_an_hour_after_its_last_write_and_comes_back_with_its_count() -> None:
    cluster = _Cluster()
    cluster.emit("again")
    cluster.loop.run_until(_START_US + 40 * MINUTE_US)
    cluster.emit("again")
    cluster.loop.run_until(_START_US + 90 * MINUTE_US)
    assert len(cluster.all()) == 1
    cluster.loop.run_until(_START_US + 40 * MINUTE_US + HOUR_US)
    assert cluster.all() == []
    assert cluster.changes[-1].type == "DELETED"
    cluster.emit("again")
    (event,) = cluster.all()
    assert event["count"] == 3
    assert event["firstTimestamp"] == "2025-12-15T17:33:20Z"
    assert event["metadata"]["name"] == cluster.changes[0].ref.name
    assert event["metadata"]["creationTimestamp"] == "2025-12-15T19:13:20Z"


@pytest.mark.parametrize(
    ("component", "host", "manager"),
    [
        ("kubelet", "node-1", "kubelet"),
        ("default-scheduler", "", "kube-scheduler"),
        ("replicaset-controller", "", "kube-controller-manager"),
        ("horizontal-pod-autoscaler", "", "kube-controller-manager"),
        ("nginx-ingress-controller", "", "nginx-ingress-controller"),
        ("records-networkchaos", "", "chaos-controller-manager"),
    ],
)
def test_who_wrote_an_event(component: str, host: str, manager: str) -> None:
    cluster = _Cluster()
    cluster.events.emit(cluster.store.expect(_POD), "Reason", "message", component=component, host=host)
    (event,) = cluster.all()
    (fields,) = event["metadata"]["managedFields"]
    assert fields["manager"] == manager
    assert event["reportingComponent"] == component
    assert event["reportingInstance"] == host
    assert ("f:reportingInstance" in fields["fieldsV1"]) == bool(host)


def test_events_of_a_node_are_kept_in_the_default_namespace() -> None:
    cluster = _Cluster()
    node: JsonObject = {"kind": "Node", "metadata": {"name": "node-1", "uid": "node-1"}}
    cluster.events.emit(node, "Starting", "Starting kubelet.", component="kubelet", host="node-1")
    (event,) = cluster.all()
    assert event["metadata"]["namespace"] == "default"
    assert event["involvedObject"] == {"kind": "Node", "name": "node-1", "uid": "node-1"}


def test_a_copy_goes_on_as_the_original() -> None:
    cluster = _Cluster()
    for _ in range(20):
        cluster.emit("again")
    other: _Cluster = pickle.loads(pickle.dumps(cluster))
    for each in (cluster, other):
        for _ in range(20):
            each.emit("again")
        each.loop.run_until(_START_US + 2 * HOUR_US)
        each.emit("again")
    assert json.dumps(cluster.all()) == json.dumps(other.all())
    assert len(cluster.changes) == len(other.changes)


def _keys(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return {key: _keys(inner) for key, inner in sorted(value.items()) if key != "time"}


@pytest.mark.skipif(not _SAMPLES.is_dir(), reason="the recorded samples are not beside this repository")
def test_events_have_the_keys_of_recorded_ones() -> None:
    csv.field_size_limit(10**8)
    recorded: dict[str, JsonObject] = {}
    for sample in sorted(_SAMPLES.glob("scenario2_k8s_events_raw.*")):
        for row in csv.reader(sample.read_text().splitlines(), delimiter="\t"):
            if len(row) > 8 and row[8].endswith("}") and '"apiVersion":"v1","count"' in row[8]:
                event = json.loads(row[8])["object"]
                recorded[event["source"]["component"]] = event
    assert {"kubelet", "default-scheduler", "replicaset-controller"} <= set(recorded)
    for component, event in recorded.items():
        cluster = _Cluster()
        cluster.events.emit(
            cluster.store.expect(_POD),
            event["reason"],
            event["message"],
            component=component,
            host=event["source"].get("host", ""),
            field_path=event["involvedObject"].get("fieldPath", ""),
        )
        (made,) = cluster.all()
        assert _keys(made) == _keys(event), component
        ours, theirs = made["metadata"]["managedFields"], event["metadata"]["managedFields"]
        assert [{**entry, "time": ""} for entry in ours] == [{**entry, "time": ""} for entry in theirs]
