"""Where a published dataset is looked for."""

import os
from pathlib import Path

import pytest

from itbench.errors import DataError
from itbench_sre.published.locate import hub_cache_directory, locate
from itbench_sre.published.repository import AA, LITE

REVISION = "0ad7ce237f82"


def cached(home: Path, make, *numbers: int, revision: str = REVISION, name: str = AA.cache_folder) -> Path:
    snapshot = home / name / "snapshots" / revision
    make.write_tree(snapshot, make.repository_files(*numbers))
    return snapshot


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
        DataError, match=r"--data '.*': no Scenario-<N> directory there.*`itbench fetch sre/itbench-aa`"
    ):
        locate(AA, data=tmp_path, environment={})


def test_a_given_directory_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(DataError, match="no such directory"):
        locate(AA, data=tmp_path / "nowhere", environment={})


def test_two_versions_side_by_side_are_refused(tmp_path, make):
    for version in ("v0.1", "v0.2"):
        make.write_tree(
            tmp_path, make.repository_files(1, folder=f"snapshots/sre/{version}", has_index=False)
        )
    with pytest.raises(DataError, match=r"several versions: v0\.1, v0\.2"):
        locate(LITE, data=tmp_path, environment={})


def test_the_given_directory_goes_before_the_environment_and_that_before_the_cache(tmp_path, make):
    for name in ("given", "told"):
        make.write_tree(tmp_path / name, make.repository_files(1))
    cached(tmp_path / "cache", make, 1)
    environment = {"ITBENCH_DATA": str(tmp_path / "told"), "HF_HUB_CACHE": str(tmp_path / "cache")}
    assert locate(AA, data=tmp_path / "given", environment=environment).directory == tmp_path / "given/sre"
    assert locate(AA, environment=environment).directory == tmp_path / "told/sre"
    del environment["ITBENCH_DATA"]
    assert locate(AA, environment=environment).directory.is_relative_to(tmp_path / "cache")


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


def test_the_newest_revision_in_the_cache_is_taken_and_told(tmp_path, make):
    old, new = (cached(tmp_path, make, 1, revision=name) for name in ("aaaa", "0000"))
    os.utime(old, (1, 1))
    found = locate(AA, environment={"HF_HUB_CACHE": str(tmp_path)})
    assert (found.directory, found.revision) == (new / "sre", "0000")
    assert found.repository_cache == tmp_path / AA.cache_folder


def test_a_revision_without_scenarios_is_passed_over(tmp_path, make):
    whole = cached(tmp_path, make, 1, revision="aaaa")
    os.utime(whole, (1, 1))
    (tmp_path / AA.cache_folder / "snapshots/0000").mkdir()
    assert locate(AA, environment={"HF_HUB_CACHE": str(tmp_path)}).revision == "aaaa"


@pytest.mark.parametrize("wanted", ["aaaa", "main"])
def test_a_revision_can_be_asked_for_by_commit_or_branch(tmp_path, make, wanted):
    old = cached(tmp_path, make, 1, revision="aaaa")
    os.utime(old, (1, 1))
    cached(tmp_path, make, 1, revision="0000")
    make.write_tree(tmp_path / AA.cache_folder / "refs", {"main": b"aaaa"})
    assert locate(AA, revision=wanted, environment={"HF_HUB_CACHE": str(tmp_path)}).revision == "aaaa"


def test_a_revision_that_was_not_fetched_is_named(tmp_path, make):
    cached(tmp_path, make, 1)
    with pytest.raises(DataError, match="revision 'v9' of ArtificialAnalysis/ITBench-AA was not found"):
        locate(AA, revision="v9", environment={"HF_HUB_CACHE": str(tmp_path)})


def test_a_directory_of_no_known_revision_does_not_pass_for_one(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1))
    with pytest.raises(DataError, match="of no known revision"):
        locate(AA, data=tmp_path, revision="main", environment={})


def test_the_revision_is_told_when_the_given_directory_lies_in_a_cache(tmp_path, make):
    snapshot = cached(tmp_path, make, 1)
    for place in (snapshot, snapshot / "sre", tmp_path):
        assert locate(AA, data=place, environment={}).revision == REVISION


def test_a_dataset_that_lies_nowhere_is_one_line_with_the_command(tmp_path):
    with pytest.raises(DataError) as raised:
        locate(AA, environment={"HF_HUB_CACHE": str(tmp_path)})
    assert str(raised.value) == (
        f"ArtificialAnalysis/ITBench-AA was not found in {str(tmp_path)!r}; "
        "bring it with `itbench fetch sre/itbench-aa` or point to it with --data DIRECTORY"
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HUGGINGFACE_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HF_HOME": "/b", "XDG_CACHE_HOME": "/c"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
        ({}, str(Path("~/.cache/huggingface/hub").expanduser())),
    ],
)
def test_the_cache_is_where_the_client_has_it(environment, expected):
    assert hub_cache_directory(environment) == Path(expected)
