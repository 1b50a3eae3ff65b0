"""Where the published incidents are looked for; what all datasets share is tested with `itbench.kit.published`."""

import pytest

from itbench.errors import DataError
from itbench.kit.published.locate import locate
from itbench_sre.suites.itbench_aa import AA
from itbench_sre.suites.itbench_lite import LITE


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "sre",
        "snapshots/sre/v0.2-B96DF826",
        "ITBench-AA/sre",
        "itbench-aa",
        "ArtificialAnalysis--ITBench-AA",
    ],
)
def test_every_published_layout_is_found_below_the_given_directory(tmp_path, make, folder):
    make.write_tree(tmp_path / "data", make.repository_files(1, folder=folder or "."))
    assert locate(AA, data=tmp_path / "data", environment={}).directory == tmp_path / "data" / folder


def test_a_given_directory_without_scenarios_is_refused_with_the_command_that_brings_them(tmp_path):
    with pytest.raises(
        DataError, match=r"--data '.*': no directory Scenario-<number> there.*`itbench fetch sre/itbench-aa`"
    ):
        locate(AA, data=tmp_path, environment={})


def test_one_directory_can_hold_both_datasets(tmp_path, make):
    make.write_tree(tmp_path / "ITBench-AA", make.repository_files(1))
    make.write_tree(
        tmp_path / "ITBench-Lite", make.repository_files(2, folder="snapshots/sre/v0.2", has_index=False)
    )
    environment = {"ITBENCH_DATA": str(tmp_path)}
    assert locate(AA, environment=environment).directory == tmp_path / "ITBench-AA/sre"
    assert locate(LITE, environment=environment).directory == tmp_path / "ITBench-Lite/snapshots/sre/v0.2"


def test_a_shared_directory_with_one_dataset_is_not_taken_for_the_other(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1))
    environment = {"ITBENCH_DATA": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "cache")}
    with pytest.raises(DataError, match="ibm-research/ITBench-Lite was not found in ITBENCH_DATA="):
        locate(LITE, environment=environment)


def test_a_dataset_that_lies_nowhere_is_one_line_with_the_command(tmp_path):
    with pytest.raises(DataError) as raised:
        locate(AA, environment={"HF_HUB_CACHE": str(tmp_path)})
    assert str(raised.value) == (
        f"ArtificialAnalysis/ITBench-AA was not found in {str(tmp_path)!r}; "
        "bring it with `itbench fetch sre/itbench-aa` or point to it with --data DIRECTORY"
    )
