"""Where a published dataset is looked for."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from itbench.errors import DataError
from itbench.kit.published.locate import hub_cache_directory, locate

REVISION = "0ad7ce237f82"


@pytest.fixture
def cached(planted, apples):
    def write(home: Path, revision: str = REVISION) -> Path:
        return planted(home / apples.cache_folder / "snapshots" / revision)

    return write


@pytest.mark.parametrize(
    "folder",
    ["", "fruit", "snapshots/fruit/v0.2", "Fruit-Set/fruit", "fruit-set", "orchard--Fruit-Set"],
)
def test_every_layout_is_found_below_the_given_directory(tmp_path, apples, planted, folder):
    planted(tmp_path / "data", folder or ".")
    assert locate(apples, tmp_path / "data", environment={}).directory == tmp_path / "data" / folder


def test_a_given_directory_without_tasks_is_refused_with_the_command_that_brings_them(tmp_path, apples):
    with pytest.raises(DataError) as raised:
        locate(apples, tmp_path, environment={})
    assert str(raised.value) == (
        f"--data {str(tmp_path)!r}: no directory apple-<number> there, in fruit/ or in snapshots/fruit/<version>/; "
        "bring it with `itbench fetch fruit/fruit-set` or point to it with --data DIRECTORY"
    )


@pytest.mark.parametrize("is_given", [True, False], ids=["given", "in the environment"])
def test_a_directory_that_does_not_exist_is_refused(tmp_path, apples, is_given):
    nowhere = tmp_path / "nowhere"
    with pytest.raises(DataError, match="no such directory; fix --data or ITBENCH_DATA"):
        locate(apples, nowhere if is_given else None, environment={"ITBENCH_DATA": str(nowhere)})


def test_two_versions_side_by_side_are_refused(tmp_path, apples, planted):
    for version in ("v0.1", "v0.2"):
        planted(tmp_path, f"snapshots/fruit/{version}")
    with pytest.raises(DataError, match=r"several versions: v0\.1, v0\.2; point to one of them with --data"):
        locate(apples, tmp_path, environment={})


def test_the_given_directory_goes_before_the_environment_and_that_before_the_cache(
    tmp_path, apples, planted, cached
):
    for name in ("given", "told"):
        planted(tmp_path / name)
    cached(tmp_path / "cache")
    environment = {"ITBENCH_DATA": str(tmp_path / "told"), "HF_HUB_CACHE": str(tmp_path / "cache")}
    found = locate(apples, tmp_path / "given", environment=environment)
    assert found.directory == tmp_path / "given/fruit"
    assert locate(apples, environment=environment).directory == tmp_path / "told/fruit"
    del environment["ITBENCH_DATA"]
    assert locate(apples, environment=environment).directory.is_relative_to(tmp_path / "cache")


def test_tasks_of_another_dataset_in_a_shared_directory_are_passed_over(tmp_path, apples, planted):
    planted(tmp_path / "shared")
    environment = {"ITBENCH_DATA": str(tmp_path / "shared"), "HF_HUB_CACHE": str(tmp_path / "cache")}
    strict = replace(apples, is_own=lambda directory: (directory / "mine").exists())
    with pytest.raises(DataError, match="orchard/Fruit-Set was not found in ITBENCH_DATA="):
        locate(strict, environment=environment)
    assert locate(strict, tmp_path / "shared", environment={}).directory == tmp_path / "shared/fruit"
    (tmp_path / "shared/fruit/mine").touch()
    assert locate(strict, environment=environment).directory == tmp_path / "shared/fruit"


def test_the_newest_revision_in_the_cache_is_taken_and_told(tmp_path, apples, cached):
    old, new = (cached(tmp_path, name) for name in ("aaaa", "0000"))
    os.utime(old, (1, 1))
    found = locate(apples, environment={"HF_HUB_CACHE": str(tmp_path)})
    assert (found.directory, found.revision) == (new / "fruit", "0000")
    assert found.blobs == tmp_path / apples.cache_folder / "blobs"


def test_a_revision_without_tasks_is_passed_over(tmp_path, apples, cached):
    whole = cached(tmp_path, "aaaa")
    os.utime(whole, (1, 1))
    (tmp_path / apples.cache_folder / "snapshots/0000").mkdir()
    assert locate(apples, environment={"HF_HUB_CACHE": str(tmp_path)}).revision == "aaaa"


@pytest.mark.parametrize("wanted", ["aaaa", "main"])
def test_a_revision_can_be_asked_for_by_commit_or_branch(tmp_path, apples, cached, wanted):
    old = cached(tmp_path, "aaaa")
    os.utime(old, (1, 1))
    new = cached(tmp_path, "0000")
    references = tmp_path / apples.cache_folder / "refs"
    references.mkdir()
    (references / "main").write_text("aaaa")
    assert locate(apples, None, wanted, {"HF_HUB_CACHE": str(tmp_path)}).revision == "aaaa"
    assert locate(apples, old, wanted, environment={}).revision == "aaaa"
    with pytest.raises(DataError, match=f"of revision '0000', but '{wanted}' is asked for; leave that out"):
        locate(apples, new, wanted, environment={})


@pytest.mark.parametrize("wanted", ["v9", "*", "/", ".."])
def test_a_revision_that_was_not_fetched_is_named(tmp_path, apples, cached, wanted):
    cached(tmp_path)
    with pytest.raises(DataError) as raised:
        locate(apples, revision=wanted, environment={"HF_HUB_CACHE": str(tmp_path)})
    assert f"revision '{wanted}' of orchard/Fruit-Set was not found in " in str(raised.value)


def test_a_directory_of_no_known_revision_does_not_pass_for_one(tmp_path, apples, planted):
    planted(tmp_path)
    with pytest.raises(DataError, match="of no known revision, but 'main' is asked for; leave that out"):
        locate(apples, tmp_path, "main", environment={})


def test_the_revision_is_told_when_the_given_directory_lies_in_a_cache(tmp_path, apples, cached):
    snapshot = cached(tmp_path)
    for place in (snapshot, snapshot / "fruit", tmp_path):
        found = locate(apples, place, environment={})
        assert (found.revision, found.blobs) == (REVISION, tmp_path / apples.cache_folder / "blobs")


@pytest.mark.parametrize(
    ("part", "revision", "told"),
    [
        ("", None, "orchard/Fruit-Set was not found in "),
        ("sweet ones", None, "the sweet ones of orchard/Fruit-Set were not found in "),
        ("sweet ones", "v9", "the sweet ones of revision 'v9' of orchard/Fruit-Set were not found in "),
    ],
)
def test_a_dataset_that_lies_nowhere_is_one_line_with_the_command(tmp_path, apples, part, revision, told):
    with pytest.raises(DataError) as raised:
        locate(replace(apples, part=part), None, revision, {"HF_HUB_CACHE": str(tmp_path)})
    assert str(raised.value) == (
        f"{told}{str(tmp_path)!r}; "
        "bring it with `itbench fetch fruit/fruit-set` or point to it with --data DIRECTORY"
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
