"""What the hub is asked for, and the names under which a dataset may lie."""

from dataclasses import replace

import pytest


@pytest.mark.parametrize(
    ("folder", "extra", "names", "patterns"),
    [
        ("snapshots/fruit/*", (), [], ["snapshots/fruit/*"]),
        ("snapshots/fruit/*", (), ["a", "b"], ["snapshots/fruit/*/a/*", "snapshots/fruit/*/b/*"]),
        ("fruit", ("index.json",), [], ["fruit/*"]),
        ("fruit", ("index.json",), ["a"], ["fruit/index.json", "fruit/a/*"]),
    ],
    ids=["all versions", "two of the only version", "a folder", "one with the index"],
)
def test_the_hub_is_asked_for_what_is_wanted_only(apples, folder, extra, names, patterns):
    assert replace(apples, folder=folder, extra_files=extra).patterns(names) == patterns


def test_the_names_are_those_of_the_hub_of_its_client_and_of_the_suite(apples):
    assert apples.cache_folder == "datasets--orchard--Fruit-Set"
    assert replace(apples, suite="apples").directory_names == ["fruit-set", "apples", "orchard--fruit-set"]
