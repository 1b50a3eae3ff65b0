"""Writes the sets of a task: the shown one beside what agents read, the others where only the judging looks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from itbench import JsonObject
from itbench_ciso.controls.variants import Variant

_FOLDER = "static-resources/"


def write_shown(directory: Path, variant: Variant) -> None:
    """Write the variant that agents see."""
    write_files(directory, variant.files)


def write_hidden(directory: Path, name: str, variant: Variant) -> None:
    """Write a variant that nobody sees, under the name of its set."""
    files = {f"{name}/{path.removeprefix(_FOLDER)}": data for path, data in variant.files.items()}
    write_files(directory.with_name("hidden"), files)


def write_numbered(directory: Path, variants: Sequence[Variant]) -> JsonObject:
    """Write hidden variants under names that tell nothing, and return what the truth says of each."""
    sets: JsonObject = {}
    for place, variant in enumerate(variants):
        name = f"v{place + 1:03d}"
        write_hidden(directory, name, variant)
        sets[name] = {"is_compliant": variant.is_compliant, "way": variant.way}
    return sets


def write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their paths below a directory."""
    for path, data in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
