"""Manifests are written as YAML that any reader reads the same."""

import pytest
import yaml
from hypothesis import given, settings, strategies as some

from itbench_ciso.controls.manifests.yaml_text import yaml_text

TEXTS = some.text(some.characters(max_codepoint=127)) | some.sampled_from(
    [
        "",
        "yes",
        "No",
        "null",
        "~",
        "1",
        "1.5",
        "1e3",
        "0x1",
        "2024-01-01",
        "12:30:45",
        "a: b",
        "- a",
        "a #b",
        "|",
        "a:",
        "*a",
    ]
)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | TEXTS,
    lambda children: some.lists(children, max_size=4) | some.dictionaries(TEXTS, children, max_size=4),
    max_leaves=20,
)


@pytest.mark.slow
@given(some.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_what_is_written_is_read_again(manifest):
    assert yaml.safe_load(yaml_text(manifest)) == manifest


@pytest.mark.slow
@settings(max_examples=30)
@given(some.lists(some.dictionaries(TEXTS, VALUES, min_size=1, max_size=3), min_size=1, max_size=3))
def test_several_documents_are_read_again(manifests):
    text = "---\n".join(map(yaml_text, manifests))
    assert list(yaml.safe_load_all(text)) == manifests


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ({"a": {"b": [1, {"c": "d", "e": []}]}}, "a:\n  b:\n  - 1\n  - c: d\n    e: []\n"),
        ({"a": "one\ntwo\n"}, "a: |\n  one\n  two\n"),
        ({"image": "host:5000/a@sha256:0"}, "image: host:5000/a@sha256:0\n"),
        ({"a": [["b"], {}], "c": None}, "a:\n- - b\n- {}\nc: null\n"),
        ({"a": "true", "b": True, "c": "1"}, 'a: "true"\nb: true\nc: "1"\n'),
    ],
)
def test_it_looks_as_kubectl_writes_it(manifest, text):
    assert yaml_text(manifest) == text
