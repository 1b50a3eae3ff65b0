"""Every public truth, where it is at hand."""

import pytest

TRUTHS = "ground_truths/head"


@pytest.fixture(scope="module")
def directory():
    from pathlib import Path

    place = Path(__file__).parents[3] / "../shared/reference/itbench" / TRUTHS
    if not place.is_dir():
        pytest.skip(f"the public ground truths are not at {place}")
    return place


@pytest.mark.slow
def test_every_public_truth_reads_and_has_a_canary_of_its_own_text(directory):
    from itbench_sre.suites.itbench_aa import ITBENCH_AA

    numbers = sorted(int(path.parent.name.removeprefix("scenario_")) for path in directory.glob("*/v1.yaml"))
    assert len(numbers) > 50
    for number in numbers:
        truth = ITBENCH_AA.truth_from(f"itbench-aa-{number}", directory)
        text = (directory / f"scenario_{number}" / "v1.yaml").read_text(encoding="utf-8")
        assert truth["canary"] in text or truth["canary"].startswith("itbench-canary-")
        assert any(group.get("root_cause") for group in truth["groups"]), number
