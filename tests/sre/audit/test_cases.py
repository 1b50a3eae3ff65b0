"""What an audit sees of incidents: the root among the candidates, and features counted by hand."""

import csv
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from itbench import AuditCase, JsonObject, UsageError, no_progress
from itbench_sre.audit.case import IncidentCase, audit
from itbench_sre.domain import DOMAIN
from itbench_sre.suites.cloud_opsbench import CLOUD_OPSBENCH
from itbench_sre.suites.incidents import INCIDENTS_QUICK

TRUTH = {
    "groups": [{"id": "a", "kind": "Deployment", "namespace": "shop", "name": "cart", "root_cause": True}],
    "fault": [
        {"fault_mechanism": "scaled", "entity": {"group_id": "a", "kind": "Deployment", "name": "cart"}}
    ],
}


def write(path: Path, rows: list[tuple[str, JsonObject]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("Timestamp", "Body"))
        writer.writerows((time, json.dumps(body)) for time, body in rows)


def deployment(name: str, replicas: int, managers: dict[str, str]) -> JsonObject:
    fields = [{"manager": manager, "time": time} for manager, time in managers.items()]
    metadata = {"name": name, "namespace": "shop", "managedFields": fields}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}}


def event(kind: str, name: str, reason: str) -> JsonObject:
    about = {"kind": kind, "name": name, "namespace": "shop"}
    body = {
        "metadata": {"name": f"{name}.{reason}", "uid": f"{kind} {name} {reason}"},
        "involvedObject": about,
    }
    return {"type": "ADDED", "object": {**body, "reason": reason, "type": "Warning", "message": ""}}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A cart that somebody scaled from 2 to 1 a minute before the page, and a quote that nobody touched."""
    before, after = "2025-12-15T17:20:00Z", "2025-12-15T17:34:00Z"
    rows = [
        ("2025-12-15 17:30:00.000000000", deployment("cart", 2, {"helm": before})),
        ("2025-12-15 17:30:00.000000000", deployment("quote", 1, {"helm": before})),
        ("2025-12-15 17:35:00.000000000", deployment("cart", 1, {"helm": before, "kubectl": after})),
        ("2025-12-15 17:35:00.000000000", deployment("quote", 1, {"helm": before})),
    ]
    write(tmp_path / "k8s_objects_raw.tsv", rows)
    events = [
        ("Deployment", "cart", "FailedCreate"),
        ("Pod", "cart-7d9c8b6f5d-x7k2p", "BackOff"),
        ("Pod", "cartography-1", "BackOff"),
    ]
    write(
        tmp_path / "k8s_events_raw.tsv",
        [("2025-12-15 17:34:30.000000000", event(*told)) for told in events],
    )
    (tmp_path / "alerts").mkdir()
    alerts: dict[str, Any] = {
        "data": {"alerts": [{"labels": {"alertname": "Errors", "service_name": "cart"}, "state": "firing"}]}
    }
    path = tmp_path / "alerts" / "alerts_in_alerting_state_2025-12-15T173500.000000Z.json"
    path.write_text(json.dumps(alerts))
    return tmp_path


def test_each_feature_of_an_object_is_counted_once(snapshot: Path) -> None:
    case = IncidentCase("sre-1", snapshot, TRUTH)
    named = {candidate.key: candidate.features for candidate in case.candidates}
    assert list(named) == ["shop/Deployment/cart", "shop/Deployment/quote"]
    cart, quote = named.values()
    expected = {
        "is_changed": True, "manager": "kubectl", "place": "spec.replicas", "places_changed": 1, "versions": 2,
        "seconds_before_page": 60, "changes_after_it": 0, "warnings": 2, "events_BackOff": 1,
        "events_FailedCreate": 1, "alerts": 1, "is_created": False, "is_gone": False,
    }  # fmt: skip
    assert {name: cart[name] for name in expected} == expected
    assert (quote["is_changed"], quote["warnings"], quote["alerts"]) == (False, 0, 0)
    assert "manager" not in quote
    assert (case.family, list(case.right)) == ("scaled", [0])
    assert [case.value(chosen) for chosen in ([], [0], [1], [0, 1])] == [0.0, 1.0, 0.0, 0.5]


@pytest.mark.slow  # makes the embedded incidents
def test_the_root_of_a_made_incident_is_among_its_candidates(
    incident_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    assert DOMAIN.audit is not None
    cases: list[AuditCase] = list(islice(DOMAIN.audit(INCIDENTS_QUICK, no_progress), 3))
    assert [case.task_id for case in cases] == ["sre-0001", "sre-0002", "sre-0003"]
    assert [case.family for case in cases] == ["network", "startup", "quotas"]
    for case in cases:
        assert len(case.candidates) > 10
        assert 0 < len(case.right) < 10
        assert case.value(list(case.right)) == 1.0, case.task_id
        wrong = next(place for place in range(len(case.candidates)) if place not in case.right)
        assert case.value([*case.right, wrong]) < 1.0
        assert case.value([]) == 0.0


def test_what_is_no_snapshot_is_not_audited() -> None:
    with pytest.raises(
        UsageError, match="'sre/cloud-opsbench' cannot be audited: its inputs are no snapshots"
    ):
        list(audit(CLOUD_OPSBENCH, no_progress))
