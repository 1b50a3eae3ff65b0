"""The files of a published directory: links are followed only where they must be, and truths are known by their names."""

import json
import os
import re
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject, JsonValue

_NOT_A_LETTER = re.compile(r"[^a-z]")


def plain_files(directory: Path, *, blobs: Path | None = None) -> list[Path]:
    """Return the plain files below a directory, sorted; what is neither file nor link is left out.

    Args:
        directory: to look below.
        blobs: the one place outside to which symbolic links may point: where the hub's client keeps content.

    Raises:
        DataError: the directory is absent, or a symbolic link leads to nothing, out of it, or to a folder.
    """
    if not directory.is_dir():
        raise DataError(f"{directory}: no such directory; bring it with `itbench fetch`")
    homes = [directory.resolve(), *([blobs.resolve()] if blobs is not None else [])]
    found = []
    for folder, folders, names in os.walk(directory):
        for name in [*folders, *names]:
            path = Path(folder, name)
            if path.is_symlink():
                _check_link(path, homes)
            if stat.S_ISREG(path.stat().st_mode):
                found.append(path)
    return sorted(found)


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        DataError: it cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}; fetch the dataset again") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 at byte {error.start}; fetch the dataset again") from error


def read_data(path: Path) -> JsonValue:
    """Return what is in a file: of JSON where its name ends in `.json`, else of YAML.

    Raises:
        DataError: it cannot be read or parsed.
    """
    import yaml

    text = read_text(path)
    try:
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be parsed: {' '.join(str(error).split())[:200]}") from error


def read_object(path: Path, schema: JsonObject | None = None) -> JsonObject:
    """Return the object that is in a file of JSON or YAML.

    Args:
        path: of the file.
        schema: a JSON Schema that it must fit; None for any object.

    Raises:
        DataError: it cannot be read or parsed, or something else is in it.
    """
    value = read_data(path)
    if not isinstance(value, dict):
        raise DataError(f"{path}: expected a JSON object, found {type(value).__name__}")
    if schema is not None:
        from itbench.schema.check import schema_faults

        wrong = schema_faults(value, schema)
        if wrong:
            raise DataError(f"{path}: {'; '.join(wrong)}; fetch the dataset again")
    return value


def object_problems(directory: Path, needed: Sequence[str], others: Sequence[str] = ()) -> list[str]:
    """Return one line for each file of a task that is missing, or holds no object of JSON or YAML.

    Args:
        directory: of the task.
        needed: paths of files that must be there.
        others: paths of files that may be missing.
    """
    found = []
    for name in (*needed, *others):
        path = directory / name
        if path.is_file():
            try:
                read_object(path)
            except DataError as error:
                found.append(str(error))
        elif name in needed:
            found.append(f"{path}: no such file; fetch the dataset again")
    return found


def names_a_truth(path: Path) -> bool:
    """Tell whether publishers call a truth so, in any spelling: ground_truth.yaml, data.jsonl."""
    # In whichever letters: a name in full width is read as the same name.
    name = unicodedata.normalize("NFKC", path.name).lower()
    return (
        name == "data.jsonl" or name.startswith("data.jsonl.") or "groundtruth" in _NOT_A_LETTER.sub("", name)
    )


def is_public(inside: Path) -> bool:
    """Tell whether a file may be shown: no part of its path names a truth or begins with a dot."""
    return not _is_in_truth(inside) and not any(part.startswith(".") for part in inside.parts)


def truths_below(directory: Path) -> list[Path]:
    """Return the files below a directory that are named like a truth, or lie in a folder that is."""
    walked = (Path(folder, name) for folder, _, names in os.walk(directory) for name in names)
    return sorted(path for path in walked if _is_in_truth(path.relative_to(directory)))


def _is_in_truth(inside: Path) -> bool:
    return any(names_a_truth(Path(part)) for part in inside.parts)


def _check_link(path: Path, homes: list[Path]) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path}: a symbolic link to nothing; fetch the dataset again") from error
    if target.is_dir() or not any(target.is_relative_to(home) for home in homes):
        raise DataError(f"{path}: a symbolic link out of its directory; replace it by the file itself")
