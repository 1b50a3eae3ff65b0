"""Data that is not what was published is told, as far as names and counts tell."""

import re
from dataclasses import replace

import pytest

from itbench.kit.published.genuine import departure, gap

PUBLISHED = frozenset({"apple-1", "apple-2", "apple-5"})


@pytest.mark.parametrize(
    ("present", "listed", "told"),
    [
        (["apple-1", "apple-2", "apple-5"], None, None),
        (["apple-2"], None, None),
        ([], ["apple-5", "apple-2", "apple-1"], None),
        (["apple-2"], ["apple-5", "apple-2", "apple-1"], None),
        (["apple-3"], None, "Fruit-Set has no apple-3, but .* has"),
        (["apple-1"], ["apple-1", "apple-9"], "Fruit-Set has no apple-9, but .* has"),
        (["apple-1"], ["apple-1", "apple-2"], "the list in .* has 2 of the 3 tasks of Fruit-Set"),
    ],
    ids=[
        "all",
        "some were fetched",
        "none yet",
        "one of the list",
        "strange",
        "strangely listed",
        "cut list",
    ],
)
def test_names_tell(apples, tmp_path, present, listed, told):
    found = departure(replace(apples, published=PUBLISHED, count=3), tmp_path, present, listed)
    assert found is None if told is None else re.fullmatch(told, found)


@pytest.mark.parametrize(("count", "told"), [(2, None), (1, "has 1 tasks"), (None, None)])
def test_where_no_names_are_known_the_count_tells(apples, tmp_path, count, told):
    found = departure(replace(apples, count=count), tmp_path, ["apple-1", "pear"])
    assert found is None if told is None else told in found


def test_the_layout_tells(apples, tmp_path):
    ours = replace(apples, is_own=lambda path: (path / "index").exists(), own_mark="there is no index")
    found = departure(ours, tmp_path, [])
    assert found == f"{tmp_path} is not laid out like Fruit-Set: there is no index"
    (tmp_path / "index").touch()
    assert departure(ours, tmp_path, []) is None


@pytest.mark.parametrize(
    ("published", "count", "present", "told"),
    [
        (PUBLISHED, 3, ["apple-1", "apple-2"], "has 2 of the 3 tasks of Fruit-Set"),
        (PUBLISHED, 3, [], "has 0 of the 3 tasks of Fruit-Set"),
        (PUBLISHED, 3, ["apple-1", "apple-2", "apple-5"], None),
        (PUBLISHED, 3, ["apple-1", "apple-1", "apple-1"], "has 1 of the 3 tasks"),
        (frozenset(), 2, ["a"], "has 1 of the 2 tasks"),
        (frozenset(), 2, ["a", "b", "c"], None),
        (frozenset(), None, ["a"], None),
    ],
)
def test_tasks_that_are_missing_are_counted(apples, tmp_path, published, count, present, told):
    found = gap(replace(apples, published=published, count=count), tmp_path, present)
    assert found is None if told is None else told in found
