"""The files of a published task: those of its solution, and the sets of manifests."""

from collections.abc import Sequence
from pathlib import Path

from itbench import Input
from itbench_ciso.judging.sets import MANIFEST_SUFFIXES, VIOLATION, resources_in


def solution_files(folder: Path) -> list[Path]:
    """Return the script and the policy in the folder of a published solution.

    Other files may lie beside them, which the hub's client may keep as one file with a manifest of the same content.
    """
    return sorted(path for path in folder.rglob("*") if path.suffix in {".sh", ".rego"})


def violation_sets(directory: Path) -> list[str]:
    """Return the names of the further violating sets, sorted."""
    return sorted(
        path.name for path in directory.iterdir() if path.is_dir() and path.name.startswith(VIOLATION)
    )


def unreadable_manifests(entries: Sequence[Input]) -> list[str]:
    """Return one line for each YAML or JSON file that is none."""
    import yaml

    found = []
    for entry in entries:
        if entry.source.suffix not in MANIFEST_SUFFIXES:
            continue
        try:
            resources_in([entry.source.read_bytes().decode("utf-8")])
        except UnicodeDecodeError as error:
            found.append(f"{entry.source}: not UTF-8 at byte {error.start}")
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            found.append(f"{entry.source}: not YAML: {' '.join(str(error).split())[:200]}")
    return found
