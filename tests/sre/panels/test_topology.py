"""The topology tells roots, the way of the failure, and what was named, for every truth there is."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from itbench import Panel, Score
from itbench.view.panels.render import panel_html
from itbench_sre.panels.topology import topology
from itbench_sre.truth.convert import truth_from_json

TRUTHS = Path(__file__).parents[3] / "../shared/reference/itbench/ground_truths/head"
needs_truths = pytest.mark.skipif(not TRUTHS.is_dir(), reason=f"the public truths are not at {TRUTHS}")

TRUTH = {
    "canary": "c" * 40,
    "groups": [
        {"id": "flags-1", "kind": "ConfigMap", "namespace": "shop", "filter": ["flags"], "root_cause": True},
        {"id": "cart-1", "kind": "Deployment", "namespace": "shop", "filter": ["cart"]},
        {"id": "cart-pod-1", "kind": "Pod", "namespace": "shop", "filter": ["cart-.*"]},
        {"id": "web-1", "kind": "Service", "namespace": "shop", "filter": ["web"]},
        {"id": "far-1", "kind": "Service", "namespace": "shop", "filter": ["far"]},
    ],
    "aliases": [["flags-1"]],
    "propagations": [
        {"source": "flags-1", "target": "cart-1", "condition": "flag on", "effect": "errors"},
        {"source": "cart-1", "target": "web-1"},
        {"source": "web-1", "target": "nowhere-1"},
    ],
}


def score(*entities: Any) -> Score:
    return Score(value=0.5, details={"entities": list(entities)})


def test_nodes_tell_what_they_are_and_what_was_named() -> None:
    graph = topology(
        truth_from_json(TRUTH),
        score(
            {"name": "shop/ConfigMap/flags", "is_root_cause": True, "group_id": "flags-1", "wrong_as": None},
            {
                "name": "shop/Pod/cart",
                "is_root_cause": False,
                "group_id": "cart-pod-1",
                "wrong_as": "downstream_of_root",
            },
            {
                "name": "x/Pod/y",
                "is_root_cause": False,
                "group_id": None,
                "wrong_as": "fault_injection_mechanism",
            },
        ),
    )
    assert {node.label: (node.kind, node.tone) for node in graph.nodes} == {
        "ConfigMap/flags": ("root cause, named", "good"),
        "Deployment/cart": ("on the path", "accent"),
        "Pod/cart": ("named: downstream", "warning"),
        "Service/web": ("on the path", "accent"),
        "nowhere-1": ("on the path", None),
        "Pod/y": ("named: fault injector", "warning"),
    }
    assert next((edge.source, edge.target, edge.note) for edge in graph.edges) == (
        "flags-1",
        "cart-1",
        "flag on; errors",
    )


def test_a_root_that_nobody_named_was_missed() -> None:
    (node,) = [node for node in topology(truth_from_json(TRUTH), None).nodes if node.id == "flags-1"]
    assert (node.kind, node.tone) == ("root cause, missed", "bad")


def test_finding_one_name_of_a_root_finds_the_others() -> None:
    both = TRUTH | {"aliases": [["flags-1", "cart-1"]]}
    named = {"name": "shop/Deployment/cart", "is_root_cause": True, "group_id": "cart-1", "wrong_as": None}
    kinds = {node.id: node.kind for node in topology(truth_from_json(both), score(named)).nodes}
    assert (kinds["cart-1"], kinds["flags-1"]) == ("root cause, named", "root cause, found")


def test_innocent_changes_stand_beside_the_incident() -> None:
    changed = TRUTH | {
        "changes": [
            {
                "role": "innocent",
                "mechanism": "scaled",
                "names": [{"id": "a", "kind": "Deployment", "filter": ["ad"]}],
            },
            {"role": "root", "names": [{"id": "b", "kind": "ConfigMap", "filter": ["flags"]}]},
        ]
    }
    kinds = [(node.label, node.kind) for node in topology(truth_from_json(changed), None).nodes]
    assert ("Deployment/ad", "innocent change") in kinds
    assert len(kinds) == 5


@needs_truths
def test_every_published_truth_has_a_topology() -> None:
    paths = sorted(TRUTHS.glob("scenario_*/v1.yaml"))
    assert len(paths) > 30
    for path in paths:
        graph = topology(truth_from_json(yaml.safe_load(path.read_text())), None)
        assert any(node.kind.startswith("root cause") for node in graph.nodes), path
        assert "<svg" in panel_html(Panel(title=path.parent.name, parts=(graph,)))
        json.dumps(graph.model_dump())
