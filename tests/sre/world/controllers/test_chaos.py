"""Chaos Mesh: what its experiments do, how long, and what it says of them."""

import json
import pickle
from typing import Any

import pytest

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.controllers.chaos import Experiments, Schedules
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.runtime.effects import (
    BurnEffect,
    ClockEffect,
    DiskEffect,
    DnsEffect,
    Effect,
    Effects,
    HttpEffect,
    JvmEffect,
    LinkEffect,
)
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

_START_US = 1_765_820_000 * SECOND_US
_API = "chaos-mesh.org/v1alpha1"


class _Cluster:
    def __init__(self) -> None:
        self.loop = Loop(_START_US)
        self.store = Store(self.loop, 1)
        self.events = EventWriter(self.store, self.loop, 1)
        self.effects = Effects()
        self.killed: list[tuple[str, str]] = []
        self.experiments = Experiments(self.store, self.loop, self.events, self.effects, self.kill, 1)
        self.schedules = Schedules(self.store, self.loop, self.events, 1)
        for name in ("cart", "quote"):
            for number in range(2):
                self.pod(name, number)

    def kill(self, uid: str, container: str) -> None:
        self.killed.append((uid, container))

    def pod(self, name: str, number: int) -> None:
        containers = [{"name": name, "image": f"{name}:1"}, {"name": "proxy", "image": "proxy:1"}]
        metadata = {"name": f"{name}-{number}", "namespace": "shop", "labels": {"app": name}}
        body: JsonObject = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {"containers": containers, "nodeName": "node-1"},
        }
        self.store.create(body, "kube-controller-manager")
        self.restarted(f"{name}-{number}", 0)

    def restarted(self, name: str, count: int) -> None:
        status = {"phase": "Running", "containerStatuses": [{"name": "cart", "restartCount": count}]}
        self.store.edit(Ref("Pod", "shop", name), {("status",): status}, "kubelet", subresource="status")

    def uid(self, name: str) -> str:
        return str(self.store.expect(Ref("Pod", "shop", name))["metadata"]["uid"])

    def create(self, kind: str, name: str = "drill", **spec: Any) -> Ref:
        metadata = {"name": name, "namespace": "chaos-mesh"}
        body: JsonObject = {"apiVersion": _API, "kind": kind, "metadata": metadata, "spec": spec}
        self.store.create(body, "kubectl-client-side-apply")
        return Ref(kind, "chaos-mesh", name)

    def run(self, seconds: int) -> None:
        self.loop.run_until(self.loop.now_us + seconds * SECOND_US)

    def told(self) -> list[tuple[str, str]]:
        return [(each["source"]["component"], each["reason"]) for each in self.store.list("Event")]

    def in_force(self) -> list[Effect]:
        found: list[Effect] = list(self.effects.links)
        for name in ("cart-0", "cart-1", "quote-0", "quote-1"):
            found += self.effects.on(self.uid(name))
        return found


def _select(app: str = "cart", mode: str = "all", **more: Any) -> JsonObject:
    return {"mode": mode, "selector": {"namespaces": ["shop"], "labelSelectors": {"app": app}}, **more}


def test_a_delay_is_applied_and_recovered_when_its_time_is_up() -> None:
    cluster = _Cluster()
    spec = _select(action="delay", delay={"latency": "750ms", "jitter": "10ms"}, duration="55s")
    ref = cluster.create("NetworkChaos", **spec)
    cluster.run(10)
    here = (cluster.uid("cart-0"), cluster.uid("cart-1"))
    assert cluster.in_force() == [LinkEffect(sources=here, delay_us=750_000, jitter_us=10_000)]
    status = cluster.store.expect(ref)["status"]
    assert status["experiment"]["desiredPhase"] == "Run"
    records = status["experiment"]["containerRecords"]
    assert [each["id"] for each in records] == ["shop/cart-0", "shop/cart-1"]
    assert {each["phase"] for each in records} == {"Injected"}
    cluster.run(50)
    assert cluster.in_force() == []
    conditions = {each["type"]: each["status"] for each in cluster.store.expect(ref)["status"]["conditions"]}
    assert conditions == {
        "AllInjected": "False",
        "AllRecovered": "True",
        "Paused": "False",
        "Selected": "True",
    }
    assert cluster.told() == [
        ("initFinalizers-networkchaos", "FinalizerInited"),
        ("initFinalizers-networkchaos", "Updated"),
        ("desiredphase-networkchaos", "Started"),
        ("desiredphase-networkchaos", "Updated"),
        ("records-networkchaos", "Updated"),
        ("records-networkchaos", "Applied"),
        ("records-networkchaos", "Applied"),
        ("records-networkchaos", "Updated"),
        ("desiredphase-networkchaos", "TimeUp"),
        ("desiredphase-networkchaos", "Updated"),
        ("records-networkchaos", "Updated"),
        ("records-networkchaos", "Recovered"),
        ("records-networkchaos", "Recovered"),
        ("records-networkchaos", "Updated"),
    ]


def test_its_events_are_objects_of_their_own_with_their_parts_as_annotations() -> None:
    cluster = _Cluster()
    cluster.create("StressChaos", **_select(stressors={"cpu": {"workers": 30, "load": 100}}))
    cluster.run(10)
    applied = [event for event in cluster.store.list("Event") if event["reason"] == "Applied"]
    assert [event["message"] for event in applied] == [
        "Successfully apply chaos for shop/cart-0/cart",
        "Successfully apply chaos for shop/cart-1/cart",
    ]
    assert applied[0]["metadata"]["annotations"] == {
        "chaos-mesh.org/id": "shop/cart-0/cart",
        "chaos-mesh.org/type": "applied",
    }
    assert applied[0]["reportingComponent"] == ""
    assert {event["count"] for event in cluster.store.list("Event")} == {1}
    (fields,) = applied[0]["metadata"]["managedFields"]
    assert fields["manager"] == "chaos-controller-manager"


@pytest.mark.parametrize(
    ("direction", "has_target", "expected"),
    [
        ("to", False, [("cart", "")]),
        ("from", False, [("", "cart")]),
        ("both", False, [("cart", ""), ("", "cart")]),
        ("to", True, [("cart", "quote")]),
        ("from", True, [("quote", "cart")]),
        ("both", True, [("cart", "quote"), ("quote", "cart")]),
    ],
)
def test_a_partition_cuts_one_direction_or_both(
    direction: str, has_target: bool, expected: list[tuple[str, str]]
) -> None:
    cluster = _Cluster()
    target = {"target": _select("quote")} if has_target else {}
    cluster.create("NetworkChaos", **_select(action="partition", direction=direction, **target))
    cluster.run(10)
    names = {
        "": (),
        "cart": (cluster.uid("cart-0"), cluster.uid("cart-1")),
        "quote": (cluster.uid("quote-0"), cluster.uid("quote-1")),
    }
    assert cluster.in_force() == [
        LinkEffect(sources=names[source], targets=names[to], is_cut=True) for source, to in expected
    ]


_EFFECTS: list[tuple[str, JsonObject, Any]] = [
    ("NetworkChaos", {"action": "loss", "loss": {"loss": "30"}}, {"loss_per_million": 300_000}),
    ("NetworkChaos", {"action": "corrupt", "corrupt": {"corrupt": "12.5"}}, {"corrupt_per_million": 125_000}),
    ("NetworkChaos", {"action": "bandwidth", "bandwidth": {"rate": "10kbps"}}, {"delay_us": 2_000_000}),
    (
        "StressChaos",
        {"stressors": {"memory": {"size": "256MB", "workers": 4}}},
        BurnEffect(pod="", memory=256_000_000),
    ),
    ("HTTPChaos", {"abort": True, "port": 8080, "path": "*"}, HttpEffect(pod="", port=8080, is_abort=True)),
    ("HTTPChaos", {"delay": "10s", "path": "/api/*"}, HttpEffect(pod="", path="/api/", delay_us=10_000_000)),
    ("HTTPChaos", {"patch": {"body": {"value": "{}"}}, "target": "Request"}, HttpEffect(pod="", status=400)),
    ("HTTPChaos", {"replace": {"code": 404}, "target": "Response"}, HttpEffect(pod="", status=404)),
    (
        "JVMChaos",
        {"action": "exception", "exception": "java.io.IOException"},
        JvmEffect(pod="", exception="java.io.IOException"),
    ),
    (
        "JVMChaos",
        {"action": "ruleData", "ruleData": "RULE x\nDO return null\nENDRULE"},
        JvmEffect(pod="", value="null"),
    ),
    ("JVMChaos", {"action": "latency", "latency": 500}, JvmEffect(pod="", delay_us=500_000)),
    ("JVMChaos", {"action": "stress", "cpuCount": 2}, JvmEffect(pod="", cpu_m=2000)),
    ("JVMChaos", {"action": "gc"}, JvmEffect(pod="", gc_us=400_000)),
    (
        "JVMChaos",
        {"action": "return", "class": "AdService", "method": "GetAds", "value": "0"},
        JvmEffect(pod="", operation="GetAds", value="0"),
    ),
    (
        "IOChaos",
        {"action": "latency", "delay": "100ms", "percent": 50},
        DiskEffect(pod="", delay_us=100_000, per_cent=50),
    ),
    ("IOChaos", {"action": "fault", "errno": 28}, DiskEffect(pod="", errno=28)),
    ("DNSChaos", {"action": "error", "patterns": ["quote.*"]}, DnsEffect(pod="", patterns=("quote.*",))),
    ("TimeChaos", {"timeOffset": "-10m"}, ClockEffect(pod="", offset_us=-600_000_000)),
]


@pytest.mark.parametrize(("kind", "spec", "expected"), _EFFECTS, ids=str)
def test_what_an_experiment_does(kind: str, spec: JsonObject, expected: Any) -> None:
    cluster = _Cluster()
    cluster.create(kind, **_select(**spec))
    cluster.run(10)
    found = cluster.in_force()
    assert found
    for effect in found:
        ours = {name: getattr(effect, name) for name in type(effect).__dataclass_fields__}
        if isinstance(expected, dict):
            assert {name: ours[name] for name in expected} == expected
        else:
            wanted = {name: getattr(expected, name) for name in type(expected).__dataclass_fields__}
            assert {**ours, "pod": "", "container": ""} == {**wanted, "container": ""}
    assert type(found[0]) is (LinkEffect if isinstance(expected, dict) else type(expected))


@pytest.mark.parametrize(
    ("mode", "value", "count"), [("one", 0, 1), ("fixed", 1, 1), ("fixed-percent", 100, 2), ("all", 0, 2)]
)
def test_how_many_pods_are_meant(mode: str, value: int, count: int) -> None:
    cluster = _Cluster()
    ref = cluster.create("TimeChaos", **_select(mode=mode, value=str(value), timeOffset="1h"))
    cluster.run(10)
    assert len(cluster.store.expect(ref)["status"]["experiment"]["containerRecords"]) == count
    assert len(cluster.in_force()) == count


def test_an_experiment_without_a_target_says_so_and_does_nothing() -> None:
    cluster = _Cluster()
    cluster.create("NetworkChaos", **_select("nobody", action="partition"))
    cluster.run(60)
    assert cluster.in_force() == []
    failed = [event for event in cluster.store.list("Event") if event["reason"] == "Failed"]
    assert [event["message"] for event in failed] == ["Failed to select targets: no target has been selected"]
    assert failed[0]["type"] == "Warning"


def test_a_deleted_experiment_recovers_before_it_goes() -> None:
    cluster = _Cluster()
    ref = cluster.create("NetworkChaos", **_select(action="partition"))
    cluster.run(10)
    cluster.store.delete(ref, "kubectl-delete")
    assert cluster.store.get(ref) is not None
    cluster.run(10)
    assert cluster.store.get(ref) is None
    assert cluster.in_force() == []
    assert cluster.told()[-4:] == [
        ("records-networkchaos", "Recovered"),
        ("records-networkchaos", "Updated"),
        ("cleanFinalizers-networkchaos", "FinalizerRemoved"),
        ("cleanFinalizers-networkchaos", "Updated"),
    ]
    assert ("desiredphase-networkchaos", "Deleted") in cluster.told()


def test_a_paused_experiment_does_nothing_until_it_goes_on() -> None:
    cluster = _Cluster()
    ref = cluster.create("NetworkChaos", **_select(action="partition"))
    cluster.run(10)
    pause = ("metadata", "annotations", "experiment.chaos-mesh.org/pause")
    cluster.store.edit(ref, {pause: "true"}, "kubectl-annotate")
    cluster.run(10)
    assert cluster.in_force() == []
    assert ("desiredphase-networkchaos", "Paused") in cluster.told()
    cluster.store.edit(ref, {pause: "false"}, "kubectl-annotate")
    cluster.run(10)
    assert len(cluster.in_force()) == 1
    records = cluster.store.expect(ref)["status"]["experiment"]["containerRecords"]
    assert [(each["injectedCount"], each["recoveredCount"]) for each in records] == [(2, 1), (2, 1)]


def test_stress_ends_with_the_container_it_runs_in_and_a_delay_does_not() -> None:
    cluster = _Cluster()
    cluster.create("StressChaos", "stress", **_select(stressors={"cpu": {"workers": 1, "load": 50}}))
    cluster.create("NetworkChaos", "delay", **_select(action="delay", delay={"latency": "1s"}))
    cluster.run(10)
    cluster.restarted("cart-0", 1)
    burns = [effect for effect in cluster.in_force() if isinstance(effect, BurnEffect)]
    assert [effect.pod for effect in burns] == [cluster.uid("cart-1")]
    assert burns[0].cpu_m == 500
    assert len(cluster.effects.links) == 1


def test_pod_failure_puts_a_pause_image_in_and_takes_it_out_again() -> None:
    cluster = _Cluster()
    cluster.create("PodChaos", **_select(action="pod-failure", duration="30s"))
    cluster.run(10)
    pod = cluster.store.expect(Ref("Pod", "shop", "cart-0"))
    assert {each["image"] for each in pod["spec"]["containers"]} == {"gcr.io/google-containers/pause:latest"}
    assert pod["metadata"]["annotations"]["chaos-mesh-drill-pod-failure-cart-normal-image"] == "cart:1"
    cluster.run(30)
    pod = cluster.store.expect(Ref("Pod", "shop", "cart-0"))
    assert [each["image"] for each in pod["spec"]["containers"]] == ["cart:1", "proxy:1"]
    assert "annotations" not in pod["metadata"]


def test_pod_kill_deletes_pods_and_container_kill_kills_processes_once() -> None:
    cluster = _Cluster()
    cluster.create("PodChaos", "kill", **_select(action="pod-kill", duration="30s"))
    cluster.create("PodChaos", "end", **_select("quote", action="container-kill", containerNames=["proxy"]))
    uids = [cluster.uid(f"quote-{number}") for number in range(2)]
    cluster.run(60)
    assert [pod["metadata"]["name"] for pod in cluster.store.list("Pod")] == ["quote-0", "quote-1"]
    assert cluster.killed == [(uid, "proxy") for uid in uids]
    assert ("desiredphase-podchaos", "TimeUp") not in cluster.told()


def _schedule(cluster: _Cluster, duration: str = "55s", **spec: Any) -> Ref:
    chaos = _select(action="delay", delay={"latency": "1s"})
    if duration:
        chaos["duration"] = duration
    return cluster.create("Schedule", "nightly", type="NetworkChaos", networkChaos=chaos, **spec)


def _children(cluster: _Cluster) -> list[JsonObject]:
    return list(cluster.store.list("NetworkChaos"))


def test_a_schedule_spawns_experiments_and_keeps_as_many_as_its_history_may_hold() -> None:
    cluster = _Cluster()
    ref = _schedule(cluster, schedule="@every 2m", historyLimit=2)
    cluster.run(60 * 9)
    spawned = [event for event in cluster.store.list("Event") if event["reason"] == "Spawned"]
    assert len(spawned) == 4
    assert len(_children(cluster)) == 2
    child = _children(cluster)[-1]
    assert spawned[-1]["message"] == f"Create new object: {child['metadata']['name']}"
    stem, _, suffix = child["metadata"]["name"].rpartition("-")
    assert (stem, len(suffix)) == ("nightly", 5)
    assert child["metadata"]["labels"] == {"managed-by": "nightly"}
    assert child["metadata"]["ownerReferences"][0]["name"] == "nightly"
    assert cluster.store.expect(ref)["status"]["lastScheduleTime"].startswith("2025-12-15T17:41:20")


def test_a_schedule_spawns_nothing_while_its_experiment_runs_unless_it_may() -> None:
    held, free = _Cluster(), _Cluster()
    _schedule(held, "", schedule="@every 1m")
    _schedule(free, "", schedule="@every 1m", concurrencyPolicy="Allow", historyLimit=10)
    for cluster in (held, free):
        cluster.run(60 * 5 + 30)
    assert len(_children(held)) == 1
    assert [reason for _, reason in held.told()].count("Forbid") == 1
    assert len(_children(free)) == 5
    held.store.delete(
        Ref("NetworkChaos", "chaos-mesh", _children(held)[0]["metadata"]["name"]), "kubectl-delete"
    )
    held.run(30)
    assert len(_children(held)) == 1
    assert [reason for _, reason in held.told()].count("Spawned") == 2


def test_a_paused_schedule_spawns_nothing_and_pauses_what_runs() -> None:
    cluster = _Cluster()
    ref = _schedule(cluster, "", schedule="@every 1m")
    cluster.run(90)
    assert len(cluster.in_force()) == 1
    pause = ("metadata", "annotations", "experiment.chaos-mesh.org/pause")
    cluster.store.edit(ref, {pause: "true"}, "kubectl-annotate")
    cluster.run(600)
    assert cluster.in_force() == []
    assert [reason for _, reason in cluster.told()].count("Spawned") == 1


def test_a_schedule_that_cannot_be_read_says_so() -> None:
    cluster = _Cluster()
    _schedule(cluster, schedule="every now and then")
    (event,) = cluster.store.list("Event")
    assert event["message"].startswith(
        "Failed to get run time: unparseable schedule: every now and then : expected"
    )


def test_a_copy_goes_on_as_the_original() -> None:
    cluster = _Cluster()
    _schedule(cluster, schedule="*/2 * * * *")
    cluster.run(140)
    other: _Cluster = pickle.loads(pickle.dumps(cluster))
    for each in (cluster, other):
        each.run(600)
    assert cluster.told()
    assert json.dumps(list(cluster.store.list("Event"))) == json.dumps(list(other.store.list("Event")))
    assert _children(cluster) == _children(other)
