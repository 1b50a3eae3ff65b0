"""Every public truth can be won by the names that its objects have in a cluster, where the data shows them."""

import runpy
from pathlib import Path

import pytest

from itbench_sre.scoring import parse_entity, read_sightings, score_diagnosis
from itbench_sre.sightings import look_for, winnable_problems
from itbench_sre.truth import load_truth

HERE = Path(__file__).parent
HEAD = HERE.parents[2] / "../shared/reference/itbench/ground_truths/head"
NAMES = runpy.run_path(str(HERE.parent / "scoring" / "test_published_truths.py"))["TABLE"]
# Chaos Mesh's objects are in no list of objects, events tell of them; nobody pulls Secrets.
IN_EVENTS = ("chaos-mesh",)


@pytest.mark.slow
@pytest.mark.skipif(not HEAD.is_dir(), reason=f"the public ground truths are not at {HEAD}")
@pytest.mark.parametrize("number", sorted(NAMES))
def test_its_objects_win_it_and_nothing_does_without_them(number, make, tmp_path):
    path = HEAD / f"scenario_{number}" / "v1.yaml"
    truth = load_truth(path.read_text(encoding="utf-8"), source=path.parent.name)
    right, _, wrong = NAMES[number]
    lists = {
        "with": snapshot(make, tmp_path / "with", [*right, *wrong]),
        "without": snapshot(make, tmp_path / "without", wrong),
    }
    assert list(winnable_problems(truth, lists["with"])) == []
    assert len(list(winnable_problems(truth, lists["without"]))) >= 1
    answer = {"contributing_factors": [{"name": name} for name in right]}
    sightings = read_sightings(look_for(right, lists["with"]))
    assert score_diagnosis(answer, truth, sightings).value == 1.0


def snapshot(make, root, names):
    """Write a snapshot that shows the named objects, and a ConfigMap so that there is a list of objects at all."""
    entities = [entity for name in names if (entity := parse_entity(name)) is not None]
    listed = [
        make.object_row(entity.place, entity.kind, entity.name)
        for entity in entities
        if entity.namespace not in IN_EVENTS
    ]
    told = [
        make.event_row(entity.place, entity.kind, entity.name)
        for entity in entities
        if entity.namespace in IN_EVENTS
    ]
    files = {
        "k8s_objects_raw.tsv": make.table(make.COLUMNS, [*listed, make.object_row("x", "ConfigMap", "x")]),
        "k8s_events_raw.tsv": make.table(make.COLUMNS, told),
    }
    return make.write(root, files)
