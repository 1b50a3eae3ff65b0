"""Truths of our own, in the published shapes and with each of their oddities: what the published ones are held to."""

from pathlib import Path

import pytest

from itbench_sre.scoring import Matcher, parse_entity, score_diagnosis
from itbench_sre.scoring.components import Components
from itbench_sre.scoring.impact import first_impacted_component
from itbench_sre.truth import load_truth, root_sets, solution
from itbench_sre.truth.naming import stem

FOLDER = Path(__file__).parent / "truths"
CHAOS, HASH = "chaos-mesh", "7d9c8b6f5d"

# file: (an object for each root, other names for the first one, objects that must be wrong, what fails first)
TABLE = {
    "flag": (
        ["ferry/ConfigMap/switches"],
        [],
        [
            "ferry/ConfigMap/switches-2",
            "ferry/ConfigMap/my-switches",
            "ferry/Service/fare",
            "harbour/ConfigMap/switches",
        ],
        "fare",
    ),
    "load": (
        [f"ferry/Pod/crowd-{HASH}-x7k2p"],
        [
            "ferry/Deployment/crowd",
            "ferry/Service/crowd",
            "ferry/Service/gate-proxy",
            "ferry/Deployment/gate-proxy",
        ],
        [
            "ferry/Service/gate",
            "ferry/Deployment/crowd-proxy",
            "ferry/Service/ledger",
            "ferry/Deployment/gate-proxy-2",
        ],
        "gateproxy",
    ),
    "image": (
        ["ferry/Deployment/time-table"],
        [f"ferry/Pod/time-table-{HASH}-x7k2p", "ferry/Rollout/time-table", "ferry/Service/time-table"],
        [
            "ferry/Deployment/timetable",
            "ferry/Deployment/time-table-db",
            "ferry/Deployment/time",
            "ferry/Service/gate",
        ],
        "timetable",
    ),
    "delay": (
        [f"{CHAOS}/NetworkChaos/ferry-berth-network-delay-mz4tq"],
        [
            f"{CHAOS}/Schedule/ferry-berth-network-delay",
            f"{CHAOS}/PodChaos/ferry-berth-network-delay",
            f"{CHAOS}/networkchaos.chaos-mesh.org/berth-network-delay",
        ],
        [
            "ferry/Deployment/berth",
            f"{CHAOS}/DelayChaos/ferry-berth-network-delay",
            f"{CHAOS}/Schedule/ferry-berth-network-delay-cpu-stress",
            f"{CHAOS}/Schedule/ferry-gate-berth-network-delay",
            "ferry/Schedule/ferry-berth-network-delay",
        ],
        "berth",
    ),
    "stress": (
        [f"{CHAOS}/Schedule/ferry-tide-cpu-stress"],
        [f"{CHAOS}/StressChaos/ferry-tide-cpu-stress-8xk2p", f"{CHAOS}/Schedule/tide"],
        [
            f"{CHAOS}/Schedule/ferry-tides-cpu-stress",
            f"{CHAOS}/Schedule/ferry-tide-gate-cpu-stress",
            f"{CHAOS}/Schedule/ferry-lowtide-cpu-stress",
            f"{CHAOS}/Schedule/ferry-tide-cpu-stress-network-loss",
            "ferry/Deployment/tide",
        ],
        "tide",
    ),
    "method": (
        [f"{CHAOS}/JVMChaos/ferry-fare-jvm-return-crqrb"],
        [
            f"{CHAOS}/Schedule/ferry-fare-jvm-return",
            f"{CHAOS}/JVMChaos/fareservice",
            f"{CHAOS}/JVMChaos/jvm-return-ferry-fareservice",
        ],
        [
            f"{CHAOS}/JVMChaos/ferry-warfare-jvm-return",
            "ferry/Service/fare",
            f"{CHAOS}/JVMChaos/ferry-jvm-return",
        ],
        "fare",
    ),
    "quota": (
        ["cluster/Namespace/ferry"],
        [],
        [
            "ferry/ResourceQuota/memory",
            "harbour/Namespace/ferry",
            "cluster/Namespace/ferry-2",
            "ferry/Deployment/mailer",
        ],
        "mailer",
    ),
    "scaling": (
        [f"ferry/HorizontalPodAutoscaler/{name}" for name in ("fare", "gate", "berth")],
        ["ferry/HorizontalPodAutoscaler/mailer"],
        ["ferry/Deployment/fare", "harbour/HorizontalPodAutoscaler/fare", "cluster/Namespace/ferry"],
        None,
    ),
    "calm": (["ferry/Namespace/ferry"], [], ["ferry/Deployment/fare", "cluster/Namespace/harbour"], None),
    "secret": (
        ["ferry/Secret/mailer-key", "ferry/ConfigMap/mailer-options"],
        [],
        ["ferry/Secret/mailer-keys", "ferry/ConfigMap/mailer", "ferry/Deployment/mailer"],
        "mailer",
    ),
    "version": (
        ["harbour/Service/piers"],
        [f"harbour/Pod/piers-v1-{HASH}-x7k2p", "harbour/Deployment/piers"],
        ["harbour/Service/piers-v1", "harbour/Deployment/piers-v1-crane", "harbour/Deployment/piers-crane"],
        "piers",
    ),
}
# Of the other names, how many are those of other objects: two experiments of one root, or two controllers, are one where
# the data cannot tell; so are two Schedules, and all autoscalers beyond the three roots.
OTHER_OBJECTS = {"delay": 1, "image": 2, "method": 1, "scaling": 0, "stress": 1}
each_truth = pytest.mark.parametrize("name", sorted(TABLE))


@pytest.fixture
def truth(name):
    path = FOLDER / f"{name}.yaml"
    return load_truth(path.read_text(encoding="utf-8"), source=path.name)


def score(names, truth):
    return score_diagnosis({"contributing_factors": [{"name": name} for name in names]}, truth)


def test_the_table_has_every_truth_in_the_folder():
    assert {path.stem for path in FOLDER.iterdir()} == set(TABLE)


@each_truth
def test_its_solution_is_perfect_and_its_own_steps_are(truth, name):
    groups = {group.id: group for group in reversed(truth.groups)}
    named = {id_: f"{item.namespace or 'cluster'}/{item.kind}/{stem(item)}" for id_, item in groups.items()}
    steps = [
        {"source": named[step.source], "target": named[step.target]}
        for step in truth.propagations
        if {step.source, step.target} <= named.keys()
    ]
    blamed = [item | {"contributing_factor": True} for item in solution(truth)["contributing_factors"]]
    metrics = score_diagnosis({"entities": blamed, "propagations": steps}, truth).metrics
    for metric in ("precision_at_full_recall", "precision_at_full_recall_strict", "ntam_fault_localization"):
        assert metrics[metric] == 1.0
    for metric in ("propagation_chain_f1", "fault_localization", "ntam_propagation_chain"):
        assert metrics[metric] == (1.0 if steps else None)


@each_truth
def test_the_names_that_objects_have_in_a_cluster_are_right(truth, name):
    right, others, wrong, _ = TABLE[name]
    assert score(right, truth).value == 1.0
    assert {other: score([other, *right[1:]], truth).value for other in others} == dict.fromkeys(others, 1.0)
    assert score([*right, *right, wrong[0]], truth).value == pytest.approx(len(right) / (len(right) + 1))


@each_truth
def test_the_names_of_other_objects_are_wrong(truth, name):
    _, _, wrong, _ = TABLE[name]
    assert {
        item: score([item], truth).details["entities"][0]["is_root_cause"] for item in wrong
    } == dict.fromkeys(wrong, False)


@each_truth
def test_objects_of_two_kinds_count_twice_and_the_strict_reading_once(truth, name):
    right, others, _, _ = TABLE[name]
    metrics = score([*right, *others, "ferry/Pod/nobody"], truth).metrics
    count = len(right) + OTHER_OBJECTS.get(name, len(others))
    assert metrics["precision_at_full_recall"] == pytest.approx(count / (count + 1))
    assert metrics["precision_at_full_recall_strict"] == pytest.approx(len(right) / (count + 1))


@each_truth
def test_what_fails_first(truth, name):
    expected = TABLE[name][3]
    matcher = Matcher(truth)
    found = first_impacted_component(matcher, Components(matcher))
    assert found == (None if expected is None else f"service:{truth.groups[-1].namespace}/{expected}")


@pytest.mark.parametrize(
    ("name", "count"), [("scaling", 3), ("secret", 2), ("delay", 1), ("image", 1), ("load", 1)]
)
def test_roots_are_united_by_alias_lists_and_ids(truth, name, count):
    assert len(root_sets(truth)) == count


@pytest.mark.parametrize("name", ["image", "delay", "flag"])
def test_wrapped_and_flat_truths_have_their_actions_under_either_key(truth, name):
    assert truth.recommended_actions


@pytest.mark.parametrize("name", ["scaling"])
def test_one_object_is_not_several_roots(truth, name):
    right = TABLE[name][0]
    for names in (right[:2], [right[0]] * 3, [right[0], right[0].replace("ferry/", "FERRY/"), right[1]]):
        assert score(names, truth).value == 0.0


@pytest.mark.parametrize("name", ["load"])
def test_an_alias_joins_no_components(truth, name):
    components = Components(Matcher(truth))
    assert components.of_group_id("crowd-pod-1") == components.of_group_id("crowd-service-1")
    assert components.of_group_id("crowd-pod-1") != components.of_group_id("gate-proxy-service-1")


def test_every_name_of_the_table_can_be_read():
    names = [name for right, others, wrong, _ in TABLE.values() for name in [*right, *others, *wrong]]
    assert all(map(parse_entity, names))
