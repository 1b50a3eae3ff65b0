"""Manifests in other words: what a script makes of them, and what comes back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as some

from itbench.interfaces.workspace import Input
from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.variants import make_variants
from itbench_ciso.judging.masked import Mask, secret_of, write_masked
from itbench_ciso.judging.sets import resources_in

TEXTS = some.text(some.characters(max_codepoint=127), max_size=8) | some.sampled_from(
    ["spec", "kind", "*", "true"]
)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | TEXTS,
    lambda children: some.lists(children, max_size=3) | some.dictionaries(TEXTS, children, max_size=4),
    max_leaves=15,
)


@pytest.mark.slow
@given(VALUES, some.binary(min_size=1, max_size=64))
def test_what_is_carried_over_comes_back_as_it_was(manifest, secret):
    mask = Mask(secret)
    assert json.loads(mask.restored(json.dumps(mask.masked(manifest)).encode())) == manifest


POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"hostPID": True, "containers": [{"name": "main", "securityContext": {"privileged": False}}]},
}


def test_structure_stays_and_words_do_not():
    mask = Mask(b"secret")
    found = mask.masked(POD)
    assert (found["apiVersion"], found["kind"], set(found["metadata"])) == (
        "v1",
        "Pod",
        {"name", "namespace"},
    )
    text = json.dumps(found)
    assert not any(word in text for word in ("hostPID", "privileged", "web", "shop", "main"))
    assert (
        found["spec"]["containers"][0]["name"]
        != Mask(b"another").masked(POD)["spec"]["containers"][0]["name"]
    )
    assert mask.masked({"name": "shop"}) == {"name": found["metadata"]["namespace"]}


def test_words_inside_longer_texts_come_back_too():
    mask = Mask(b"secret")
    metadata = mask.masked(POD)["metadata"]
    data = json.dumps(
        {f"{metadata['namespace']}/{metadata['name']}": [metadata["name"] + "!", "w0w"]}
    ).encode()
    assert json.loads(mask.restored(data)) == {"shop/web": ["web!", "w0w"]}


def test_the_secret_of_a_set_depends_on_all_files_and_its_name(manifests: Callable[..., list[Input]]):
    one, two = manifests({"v1/a.yaml": "a: 1\n"}, "x"), manifests({"v1/a.yaml": "a: 2\n"}, "y")
    assert secret_of(one, "v1") == secret_of(one, "v1")
    assert (
        len({secret_of(one, "v1"), secret_of(one, "v2"), secret_of(two, "v1"), secret_of([*one, *two], "v1")})
        == 4
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", ["5.1.2", "5.2.8", "5.3.2", "5.7.4"])
def test_variants_keep_their_documents_and_come_back(
    number: str, tmp_path: Path, manifests: Callable[..., list[Input]]
):
    control, random = controls()[number], Randomness(4)
    for place, variant in enumerate(make_variants(control, control.parameters(random), random, 6)):
        files = manifests({path: data.decode() for path, data in variant.files.items()}, f"set{place}")
        mask = Mask(b"secret")
        written = write_masked(files, mask, tmp_path / f"masked{place}")
        assert [entry.path for entry in written] == [entry.path for entry in files]
        for before, after in zip(files, written, strict=True):
            documents = [each for each in yaml.safe_load_all(before.source.read_text()) if each is not None]
            found = list(yaml.safe_load_all(after.source.read_text()))
            assert json.loads(mask.restored(json.dumps(found).encode())) == documents
        kinds = [each["kind"] for each in resources_in(entry.source.read_bytes() for entry in written)]
        assert "List" not in kinds
        assert "Namespace" in kinds
