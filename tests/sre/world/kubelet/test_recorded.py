"""Messages of the kubelet and states of containers, beside those that a real cluster's kubectl printed for 49 faults."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from itbench_sre.world.store.refs import Ref

from .conftest import Act, Cluster

_CASES = Path(__file__).parents[4] / "../shared/reference/cloud-opsbench/benchmark"
_EVENT = re.compile(r"\s+(Normal|Warning)\s+(\S+)\s+(?:\S+(?: \(x\d+ over \S+\))?)\s{2,}kubelet\s{2,}(.*)")
_STATE = re.compile(r"^    (State|Last State): +(\w+)\n(?: +Reason: +(\w+)\n)?", re.MULTILINE)

pytestmark = pytest.mark.skipif(
    not _CASES.is_dir(), reason="Cloud-OpsBench's cases are not beside this repository"
)

# What a program's own answer brings, the runtime's part, or another version of the kubelet than the one modelled.
_ELSEWHERE = (
    "malformed HTTP",  # what a gRPC server answers to an HTTP probe: the runtime says it
    "ERROR 1040",  # output of an exec probe: the runtime says it
    "failed to connect service",  # the runtime's words of a gRPC probe
    "Startup probe failed: Get",  # likewise of an HTTP probe
)


def _shape(message: str) -> str:
    """Return a message without names, numbers and addresses."""
    message = message.replace("Created container: ", "Created container ")  # since Kubernetes 1.32
    message = re.sub(r'"[^"]*"', '"…"', message)
    message = re.sub(
        r"\b(?:[Cc]ontainer|in pod) [\w-]+(?:_[\w-]+)?(\([0-9a-f-]{36}\))?", "container X", message
    )
    message = re.sub(r"(?:\S+/)+\S+:\S+", "REF", message)
    message = re.sub(r"\([\w-]+\); attempting", "(S); attempting", message)
    message = re.sub(r"repository%3A\S+", "SCOPE", message)
    message = re.sub(r"(Node|lookup) [\w.-]+", r"\1 X", message)
    message = re.sub(r"boot id: \S+", "boot id: X", message)
    message = re.sub(r"\d+(\.\d+)*", "N", message)
    return message.strip()


@cache
def _recorded() -> dict[tuple[str, str, str], str]:
    """Return (type, reason, shape) -> an example, of all events of kubelets."""
    found: dict[tuple[str, str, str], str] = {}
    for file in sorted(_CASES.glob("*/*/*/raw_data/k8s_states.json")):
        for output in json.loads(file.read_text()).values():
            for line in str(output).partition("\nEvents:")[2].splitlines():
                event = _EVENT.fullmatch(line)
                if event is not None:
                    found.setdefault((event[1], event[2], _shape(event[3])), event[3])
    return found


def _crash(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(ends_after_s=1, exit_code=1, reason="Error")
    cluster.pod()


def _complete(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(ends_after_s=1)
    cluster.pod()


def _image(reference: str) -> Callable[[Cluster], None]:
    return _Image(reference)


class _Image:
    def __init__(self, reference: str) -> None:
        self._reference = reference

    def __call__(self, cluster: Cluster) -> None:
        cluster.pod(container={"image": self._reference}, imagePullSecrets=[{"name": "absent"}])


def _config(cluster: Cluster) -> None:
    variable = {"name": "A", "valueFrom": {"secretKeyRef": {"name": "absent", "key": "x"}}}
    cluster.pod(container={"env": [variable]})


def _sandbox(cluster: Cluster) -> None:
    cluster.pod(container={"resources": {"limits": {"memory": "5Mi"}}})


def _hook(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(refused="no")
    cluster.pod(container={"lifecycle": {"postStart": {"exec": {"command": ["warm"]}}}})


def _probes(cluster: Cluster) -> None:
    probe = {"grpc": {"port": 9555}, "periodSeconds": 2, "failureThreshold": 2}
    cluster.machines.acts["cart"] = Act(refused="timeout: health rpc did not complete within 1s")
    cluster.pod(container={"livenessProbe": probe, "readinessProbe": probe})


def _node(cluster: Cluster) -> None:
    cluster.pod()
    cluster.run(20)
    cluster.kubelets["node-1"].reboot(30_000_000)
    node = Ref("Node", "", "node-1")
    for value in (True, False):
        cluster.store.edit(node, {("spec", "unschedulable"): value}, "kubectl-cordon")
        cluster.run(30)
    cluster.run(60)
    cluster.kubelets["node-1"].stop_runtime()
    cluster.pod("late")


_SCENES: tuple[Callable[[Cluster], None], ...] = (
    _crash,
    _complete,
    _image("ghcr.io/shop/cart:9"),
    _image("corp.internal/shop/cart:1"),
    _image("ghcr.io/other/solar:latest"),
    _config,
    _sandbox,
    _hook,
    _probes,
    _node,
)


@cache
def _simulated() -> tuple[frozenset[tuple[str, str, str]], frozenset[tuple[str, str, str]]]:
    """Return the shapes of all events, and (state, kind, reason) of containers seen in all scenes."""
    events: set[tuple[str, str, str]] = set()
    states: set[tuple[str, str, str]] = set()
    for scene in _SCENES:
        cluster = Cluster()
        scene(cluster)
        for _ in range(120):
            cluster.run(2)
            states.update(_states(cluster))
        for event in cluster.store.list("Event"):
            events.add((event["type"], event["reason"], _shape(event["message"])))
    return frozenset(events), frozenset(states)


def _states(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    for pod in cluster.store.list("Pod"):
        status = pod["status"]
        for each in (*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ())):
            for key, name in (("state", "State"), ("lastState", "Last State")):
                for kind, said in each[key].items():
                    yield name, kind.capitalize(), said.get("reason", "")


def test_the_simulated_kubelet_says_what_real_ones_said() -> None:
    recorded = _recorded()
    assert len(recorded) > 25
    ours, _ = _simulated()
    missing = [
        f"{type_} {reason}: {example}"
        for (type_, reason, shape), example in recorded.items()
        if (type_, reason, shape) not in ours and not any(words in example for words in _ELSEWHERE)
    ]
    assert missing == []


def test_containers_are_in_the_states_in_which_real_ones_were() -> None:
    recorded: set[tuple[str, str, str]] = set()
    for file in sorted(_CASES.glob("*/*/*/raw_data/k8s_states.json")):
        for command, output in json.loads(file.read_text()).items():
            if command.startswith("kubectl describe pods"):
                recorded.update((state, kind, reason) for state, kind, reason in _STATE.findall(output))
    assert ("State", "Waiting", "CrashLoopBackOff") in recorded
    _, ours = _simulated()
    missing = recorded - ours
    # Terminated between two looks, and init containers, which are covered in test_life.
    assert missing <= {("State", "Terminated", "Completed"), ("State", "Waiting", "PodInitializing")}
