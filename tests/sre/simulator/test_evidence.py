"""Each incident can be solved from its files: for every mechanism, what settles it is there, and it is unambiguous."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from itbench_sre.simulator import embedded_specs
from itbench_sre.simulator.faults import HARD

# Each incident takes about a second to make; the world that replaces them has tests of its own.
pytestmark = [pytest.mark.slow, pytest.mark.soak]

SLOTS = "remaining connection slots are reserved"


def _hardest():
    """Return the embedded incidents that are not hard as they would be then; those that cannot be hidden left out."""
    return [
        replace(spec, id=f"{spec.id}-hard", difficulty=HARD)
        for spec in embedded_specs()
        if spec.difficulty != HARD
        and spec.mechanism.startswith(("quota", "pool", "rollout-c", "partition-p"))
    ]


def _specs():
    """Return two incidents of each family for each run of the tests, and the others for the soak."""
    taken = Counter()
    for spec in (*embedded_specs(), *_hardest()):
        family = spec.mechanism.partition("-")[0]
        taken[family] += 1
        yield spec if taken[family] <= 2 else pytest.param(spec, marks=pytest.mark.soak)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC).timestamp()


def _objects(made, kind):
    """Return {name: [bodies]} of the shop's objects of a kind, the earliest pull first."""
    found = {}
    for body in made.objects():
        if body["kind"] == kind and body["metadata"].get("namespace") == "otel-demo":
            found.setdefault(body["metadata"]["name"], []).append(body)
    return found


def _events(made, reason):
    return [event for event in made.events() if event["reason"] == reason]


def _logs(made, service, text):
    return [
        (_seconds(row["Timestamp"]), row["Body"], ast.literal_eval(row["ResourceAttributes"])["k8s.pod.name"])
        for row in made.rows("otel_logs_raw.tsv")
        if row["ServiceName"] == service and text in row["Body"]
    ]


def _containers(made, name):
    """Return the containers of all templates that a Deployment's ReplicaSets had."""
    return [
        bodies[-1]["spec"]["template"]["spec"]["containers"][0]
        for bodies in _objects(made, "ReplicaSet").values()
        if bodies[-1]["metadata"]["ownerReferences"][0]["name"] == name
    ]


def _editors(body):
    return {entry["manager"] for entry in body["metadata"]["managedFields"]}


def quota(made):
    refusals = [event["message"] for event in _events(made, "FailedCreate")]
    named = {match[1] for text in refusals if (match := re.search(r"exceeded quota: ([\w-]+),", text))}
    assert named == set(made.root["filter"])
    (name,) = named
    assert "kubectl-edit" in _editors(_objects(made, "ResourceQuota")[name][-1])


def rollout_image(made):
    target = made.spec.target
    missing = {
        re.search(r'image "([^"]+)"', event["message"])[1]
        for event in _events(made, "Failed")
        if event["message"].endswith("not found") and event["involvedObject"]["name"].startswith(f"{target}-")
    }
    assert len(missing) == 1
    assert missing <= {container["image"] for container in _containers(made, target)}


def rollout_probe(made):
    target = made.spec.target
    ports = {
        container["readinessProbe"]["tcpSocket"]["port"]: container["ports"][0]["containerPort"]
        for container in _containers(made, target)
    }
    (wrong,) = [port for port, served in ports.items() if port != served]
    refused = [event for event in _events(made, "Unhealthy") if f":{wrong}: connect" in event["message"]]
    assert len(refused) >= 3
    assert all(event["involvedObject"]["name"].startswith(f"{target}-") for event in refused)


def rollout_command(made):
    target = made.spec.target
    programs = {container["command"][0] for container in _containers(made, target) if "command" in container}
    (program,) = programs
    failed = [event for event in _events(made, "Failed") if f'exec: "{program}"' in event["message"]]
    assert {event["involvedObject"]["name"].rsplit("-", 2)[0] for event in failed} == {target}


def rollout_address(made):
    target = made.spec.target
    served = {
        name: bodies[-1]["spec"]["ports"][0]["port"] for name, bodies in _objects(made, "Service").items()
    }
    wrong = set()
    for container in _containers(made, target):
        for entry in container["env"]:
            host, _, port = entry["value"].rpartition("/")[2].partition(":")
            if entry["name"].endswith("_ADDR") and served.get(host) != int(port):
                wrong.add((host, port, entry["name"]))
    ((host, port, _),) = wrong
    texts = [body for _, body, _ in _logs(made, target, "dial tcp")]
    wanted = f"lookup {host} on" if host not in served else f":{port}: connect: connection refused"
    assert sum(wanted in text for text in texts) >= 10


def _pool_stats(made, service):
    logs = _logs(made, service, "pool stats:")
    return [tuple(map(int, re.findall(r"=(\d+)", body))) for _, body, _ in logs]


def pool_size(made):
    target = made.spec.target
    last = _objects(made, "ConfigMap")[f"{target}-config"][-1]
    assert last["data"]["DB_POOL_MAX_SIZE"] == "1"
    assert "kubectl-edit" in _editors(last)
    assert len(_logs(made, target, "connection pool timeout")) >= 20
    opened = [stats[0] for stats in _pool_stats(made, target)]
    assert opened[-1] == 1
    assert any(waiting > 0 for _, _, waiting in _pool_stats(made, target))


def pool_leak(made):
    target = made.spec.target
    assert len(_logs(made, target, "connection pool timeout")) >= 20
    full = {"cart": 10, "product-catalog": 16}[target]
    stats = _pool_stats(made, target)
    assert stats[-1][:2] == (full, 0)
    busy = [opened - idle for opened, idle, _ in stats]
    assert min(busy) < full // 2 < max(busy)
    images = {container["image"] for container in _containers(made, target)}
    assert len(images) >= 2


def pool_squatter(made):
    (name,) = [name.removesuffix(r"\b") for name in made.root["filter"]]
    assert len(_logs(made, "product-catalog", SLOTS)) >= 5
    deployment = _objects(made, "Deployment")[name][-1]
    settings = {item["name"]: item["value"] for item in _containers(made, name)[0]["env"]}
    assert "@postgresql:5432" in settings["DATABASE_URL"]
    assert int(settings["DB_POOL_MIN_SIZE"]) * deployment["spec"]["replicas"] > 97
    held = [int(body.rpartition("=")[2]) for _, body, _ in _logs(made, name, "sessions=")]
    assert max(held) >= 30
    deployed = _objects(made, "Deployment")["cart"][-1]["metadata"]["creationTimestamp"]
    assert deployment["metadata"]["creationTimestamp"] > deployed


def pool_server(made):
    target = made.spec.target
    last = _objects(made, "ConfigMap")[f"{target}-config"][-1]
    assert last["data"]["max_connections"] == "5"
    edited = max(entry["time"] for entry in last["metadata"]["managedFields"])
    started = max(
        bodies[-1]["status"]["startTime"]
        for name, bodies in _objects(made, "Pod").items()
        if name.startswith(f"{target}-")
    )
    assert edited < started, "the server has read the setting"
    assert len(_logs(made, "product-catalog", SLOTS)) >= 5


def partition(made):
    caller, _, _ = made.spec.target.partition(">")
    schedule = next(group for group in made.truth["groups"] if group["kind"] == "Schedule")["filter"][0]
    applied = {}
    for event in _events(made, "Applied"):
        pod = event["message"].rpartition("chaos for ")[2]
        if event["involvedObject"]["kind"] == "NetworkChaos" and pod.startswith("otel-demo/"):
            about = applied.setdefault(event["involvedObject"]["name"], [event["firstTimestamp"], set()])
            about[1].add(pod.removeprefix("otel-demo/").rsplit("-", 2)[0])
    (true,) = [name for name in applied if re.fullmatch(rf"{schedule}-\w{{5}}", name)]
    begun = {name: datetime.fromisoformat(time).timestamp() for name, (time, _) in applied.items()}
    assert caller in applied[true][1]
    ends = {row[0] for row in _logs(made, caller, "deadline exceeded")}
    # A call that times out has begun up to five seconds before.
    first = min(time for time in ends if time > begun[true])
    assert len([time for time in ends if time < begun[true]]) <= 2
    assert 0 < first - begun[true] < 60
    for name, time in begun.items():
        assert name == true or time < begun[true] - 20 or time > first - 5, "another began at the same time"


def partition_policy(made):
    target = made.spec.target
    selecting = [
        bodies[-1]
        for bodies in _objects(made, "NetworkPolicy").values()
        if bodies[-1]["spec"]["podSelector"]["matchLabels"] == {"opentelemetry.io/name": target}
    ]
    (policy,) = selecting
    assert [policy["metadata"]["name"]] == made.root["filter"]
    assert "ingress" not in policy["spec"]
    last = _objects(made, "Endpoints")[target][-1]["subsets"]
    assert last[0]["addresses"], "the pods themselves are ready"


CHECKS = {
    **dict.fromkeys(("quota-memory", "quota-pods", "quota-limits", "quota-requests"), quota),
    **dict.fromkeys(("partition-chaos", "partition-hub", "partition-store"), partition),
    "rollout-image": rollout_image,
    "rollout-probe": rollout_probe,
    "rollout-command": rollout_command,
    "rollout-address": rollout_address,
    "pool-size": pool_size,
    "pool-leak": pool_leak,
    "pool-squatter": pool_squatter,
    "pool-server": pool_server,
    "partition-policy": partition_policy,
}


@pytest.mark.parametrize("spec", list(_specs()), ids=lambda spec: f"{spec.id}-{spec.mechanism}")
def test_what_settles_an_incident_is_in_its_files(incidents, spec):
    made = incidents.by_spec(spec)
    CHECKS[spec.mechanism](made)
    assert made.truth["alerts"]
    assert json.dumps(made.root["filter"])
