"""Lays manifests out in files: several documents a file, some of them wrapped in a List."""

from collections.abc import Sequence

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.manifests.yaml_text import yaml_text

FOLDER = "static-resources"


def laid_out(objects: Sequence[JsonObject], files: int, random: Randomness) -> dict[str, bytes]:
    """Return the bytes of `files` files by path; order and distribution are random and tell nothing."""
    shuffled = random.shuffled(objects)
    cuts = sorted(random.shuffled(range(1, len(shuffled)))[: files - 1])
    starts, ends = [0, *cuts], [*cuts, len(shuffled)]
    return {
        f"{FOLDER}/manifests-{number:02d}.yaml": _file(shuffled[start:end], random)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    }


def _file(objects: Sequence[JsonObject], random: Randomness) -> bytes:
    documents = _listed(objects, random) if random.below(3) == 0 else list(objects)
    text = "---\n".join(yaml_text(document) for document in documents)
    # An empty document at the start, as templates leave behind.
    return (("---\n---\n" if random.below(6) == 0 else "") + text).encode()


def _listed(objects: Sequence[JsonObject], random: Randomness) -> list[JsonObject]:
    """Return the first few objects as they are and the others as one List."""
    start = random.below(len(objects))
    items = list(objects[start:])
    return [*objects[:start], {"apiVersion": "v1", "kind": "List", "items": items}]
