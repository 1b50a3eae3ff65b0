"""Every mechanism leaves the evidence a knowledgeable person looks for, and its truth follows from the run."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

import pytest

from itbench_sre.simulator import embedded_specs
from itbench_sre.simulator.faults import EASY, HARD
from itbench_sre.simulator.incident import Run

MECHANISMS = sorted(spec.mechanism for spec in embedded_specs())
WORKLOADS = {"Deployment", "Pod", "ReplicaSet"}

# Each incident takes about a second to make; the world that replaces them has tests of its own.
pytestmark = [pytest.mark.slow, pytest.mark.soak]


def one_of(*mechanisms):
    """Return the first for each run of the tests, and the others for the soak."""
    return [mechanisms[0], *(pytest.param(each, marks=pytest.mark.soak) for each in mechanisms[1:])]


def one_of_each_family():
    """Return the first mechanism of each family for each run of the tests, and the others for the soak."""
    families = {}
    for mechanism in MECHANISMS:
        families.setdefault(mechanism.partition("-")[0], []).append(mechanism)
    return [each for family in families.values() for each in one_of(*family)]


def _fired(made):
    """Return how many files show each alert."""
    fired = Counter()
    for path in (made.path / "alerts").glob("alerts_at_*"):
        alerts = [alert["labels"] for alert in json.loads(path.read_text())]
        fired.update({(labels["alertname"], labels.get("service_name", "")) for labels in alerts})
    return fired


def _messages(made, reason):
    return [event["message"] for event in made.events() if event["reason"] == reason]


def _versions(made, kind, name):
    return [
        body
        for body in made.objects()
        if (body["kind"], body["metadata"]["name"], body["metadata"].get("namespace"))
        == (kind, name, "otel-demo")
    ]


def _errors(made):
    logs = [row["Body"] for row in made.rows("otel_logs_raw.tsv") if row["SeverityText"].lower() == "error"]
    spans = [row["StatusMessage"] for row in made.rows("otel_traces_raw.tsv") if row["StatusCode"] == "Error"]
    return logs, spans


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_truth_has_one_root_and_no_loose_ends(incidents, mechanism):
    truth = incidents.by_mechanism(mechanism).truth
    assert set(truth) == {"fault", "alerts", "groups", "aliases", "propagations", "recommended_actions"}
    ids = [group["id"] for group in truth["groups"]]
    assert len(ids) == len(set(ids))
    roots = [group["id"] for group in truth["groups"] if group.get("root_cause")]
    assert len(roots) == 1
    assert truth["fault"][0]["entity"]["group_id"] == roots[0]
    used = {name for aliases in truth["aliases"] for name in aliases}
    used |= {alert["group_id"] for alert in truth["alerts"]}
    used |= {step[end] for step in truth["propagations"] for end in ("source", "target")}
    assert used <= set(ids)
    assert truth["propagations"][0]["source"] == roots[0]
    for group in truth["groups"]:
        for pattern in group["filter"]:
            re.compile(pattern)


@pytest.mark.parametrize("mechanism", one_of_each_family())
def test_the_alerts_of_the_truth_fire_longer_with_the_fault_than_without(incidents, mechanism):
    made = incidents.by_mechanism(mechanism)
    wanted = set()
    for alert in made.truth["alerts"]:
        is_service = alert["group_id"].endswith("-service-1")
        wanted.add((alert["id"], alert["group_id"].removesuffix("-service-1") if is_service else ""))
    assert wanted
    fired = _fired(made)
    without = Run(made.spec, is_fault_injected=False, is_recorded=False).world
    innocent = {
        (name, dict(labels).get("service_name", "")): len(times)
        for (name, labels), times in without.ruler.fired.items()
    }
    assert all(fired[alert] > innocent.get(alert, 0) for alert in wanted)
    assert ("RequestErrorRate", "frontend-proxy") in innocent


def _lines_until_onset(spec):
    runs = [Run(spec, is_fault_injected=given, is_recorded=given) for given in (True, False)]
    before = [[log for log in run.world.telemetry.logs if log.time_us < run.case.onset_us] for run in runs]
    lines = [[(log.time_us, log.pod.name, log.body, log.trace_id) for log in logs] for logs in before]
    assert len(lines[0]) > 500
    return runs[0], lines


@pytest.mark.parametrize("mechanism", one_of("partition-chaos", "quota-memory", "rollout-image", "pool-size"))
def test_nothing_differs_before_the_fault(mechanism):
    (spec,) = [spec for spec in embedded_specs() if spec.mechanism == mechanism]
    run, (one, other) = _lines_until_onset(replace(spec, difficulty=EASY))
    assert not run.case.is_latent
    assert one == other


@pytest.mark.parametrize("mechanism", one_of("pool-server", "pool-size", "partition-policy"))
def test_a_latent_fault_does_nothing_for_minutes(mechanism):
    (spec,) = [spec for spec in embedded_specs() if spec.mechanism == mechanism]
    run, (one, other) = _lines_until_onset(replace(spec, difficulty=HARD))
    assert run.case.is_latent
    assert run.fault_us < run.world.start_us, "no pull shows the object as it was"
    assert run.case.lag_s >= 600
    assert one == other


@pytest.mark.parametrize("mechanism", one_of("rollout-image", "rollout-command"))
def test_a_fault_that_is_undone_shows_in_no_pull_of_its_object(incidents, mechanism):
    (spec,) = [spec for spec in embedded_specs() if spec.mechanism == mechanism]
    made = incidents.by_spec(replace(spec, id=f"{spec.id}-hard", difficulty=HARD))
    containers = [
        body["spec"]["template"]["spec"]["containers"][0]
        for body in _versions(made, "Deployment", spec.target)
    ]
    assert len({json.dumps([item["image"], item.get("command")]) for item in containers}) == 1
    assert _messages(made, "Failed")


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_root_can_be_seen_in_the_data(incidents, mechanism):
    made = incidents.by_mechanism(mechanism)
    root = made.root
    seen = {(body["kind"], body["metadata"]["name"]) for body in made.objects()}
    seen |= {(event["involvedObject"]["kind"], event["involvedObject"]["name"]) for event in made.events()}
    kinds = WORKLOADS if root["kind"] == "Deployment" else {root["kind"]}
    assert any(
        kind in kinds and re.fullmatch(pattern, name) for kind, name in seen for pattern in root["filter"]
    )


@pytest.mark.parametrize("mechanism", one_of("quota-limits", "quota-memory", "quota-pods", "quota-requests"))
def test_a_quota_shows_in_refusals_and_in_its_own_change(incidents, mechanism):
    made = incidents.by_mechanism(mechanism)
    (name,) = made.root["filter"]
    refusals = _messages(made, "FailedCreate")
    assert refusals
    assert all(f"exceeded quota: {name}, requested:" in message for message in refusals)
    made = incidents.as_easy(mechanism)
    (name,) = made.root["filter"]
    hard = [
        json.dumps(body["spec"]["hard"], sort_keys=True) for body in _versions(made, "ResourceQuota", name)
    ]
    assert len(set(hard)) == 2


def test_a_missing_image_shows_in_failed_pulls(incidents):
    made = incidents.by_mechanism("rollout-image")
    assert any(message.endswith(": not found") for message in _messages(made, "Failed"))
    assert ("PendingPodsDetected", "") in _fired(made)


def test_a_wrong_probe_shows_in_unready_endpoints(incidents):
    made = incidents.as_easy("rollout-probe")
    last = _versions(made, "Endpoints", "product-catalog")[-1]
    (subset,) = last["subsets"]
    assert "addresses" not in subset
    assert subset["notReadyAddresses"]
    assert any("connection refused" in message for message in _messages(made, "Unhealthy"))


def test_a_bad_command_shows_as_a_crash_loop(incidents):
    made = incidents.by_mechanism("rollout-command")
    assert any("no such file or directory" in message for message in _messages(made, "Failed"))
    assert ("CrashLoopBackOffPodsDetected", "") in _fired(made)


def test_a_dead_address_shows_in_logs_although_the_rollout_succeeds(incidents):
    made = incidents.by_mechanism("rollout-address")
    logs, spans = _errors(made)
    text = r"no such host|dial tcp \S+: connect: connection refused"
    assert any(re.search(text, line) for line in logs)
    assert any(re.search(text, line) for line in spans)
    assert _versions(made, "Deployment", "shipping")[-1]["status"]["readyReplicas"] == 1


@pytest.mark.parametrize(
    ("mechanism", "text"),
    [
        ("pool-size", "connection pool timeout"),
        ("pool-leak", "connection pool timeout"),
        ("pool-squatter", "remaining connection slots are reserved"),
        ("pool-server", "remaining connection slots are reserved"),
    ],
)
def test_exhausted_connections_show_in_logs(incidents, mechanism, text):
    logs, spans = _errors(incidents.by_mechanism(mechanism))
    assert any(text in line for line in logs)
    assert any(text in line for line in spans)


@pytest.mark.parametrize(
    ("mechanism", "key"), [("pool-size", "DB_POOL_MAX_SIZE"), ("pool-server", "max_connections")]
)
def test_a_lowered_setting_shows_in_the_configmap(incidents, mechanism, key):
    made = incidents.as_easy(mechanism)
    values = [body["data"][key] for body in _versions(made, "ConfigMap", made.root["filter"][0])]
    assert len(set(values)) == 2
    assert int(values[-1]) < int(values[0])


@pytest.mark.parametrize("mechanism", ["partition-chaos", "partition-hub", "partition-store"])
def test_network_chaos_shows_in_events_beside_another_that_is_not_active(incidents, mechanism):
    made = incidents.by_mechanism(mechanism)
    chaos = {
        (event["involvedObject"]["kind"], event["involvedObject"]["name"])
        for event in made.events()
        if event["involvedObject"].get("namespace") == "chaos-mesh"
    }
    schedule = next(group for group in made.truth["groups"] if group["kind"] == "Schedule")["filter"][0]
    true = {item for item in chaos if re.fullmatch(f"{schedule}(-[a-z0-9]{{5}})?", item[1])}
    assert {kind for kind, _ in true} == {"NetworkChaos", "Schedule"}
    assert len(true) / len(chaos) <= 0.5
    kinds = [kind for kind, _ in chaos]
    assert kinds.count("NetworkChaos") >= 2
    logs, _ = _errors(made)
    assert any("deadline exceeded" in line for line in logs)


def test_a_network_policy_shows_as_a_new_object(incidents):
    made = incidents.by_mechanism("partition-policy")
    (name,) = made.root["filter"]
    first, last = (
        _versions(made, "NetworkPolicy", "allow-otlp"),
        _versions(made, "NetworkPolicy", name),
    )
    assert 0 < len(last) < len(first)
    assert last[0]["spec"]["policyTypes"] == ["Ingress"]
    assert "ingress" not in last[0]["spec"]


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_what_changed_last_is_not_the_root(incidents, mechanism):
    made = incidents.by_mechanism(mechanism)
    changes = {}
    for body in made.objects():
        about = body["metadata"]
        if about.get("namespace") == "otel-demo" and body["kind"] in {
            "ConfigMap",
            "Deployment",
            "ResourceQuota",
        }:
            times = [item["time"] for item in about["managedFields"] if "subresource" not in item]
            changes[body["kind"], about["name"]] = max(times)
    kind, name = max(changes, key=lambda key: changes[key])
    root = made.root
    assert not (kind == root["kind"] and any(re.fullmatch(pattern, name) for pattern in root["filter"]))
