"""Writes a complete, installable domain plugin from templates."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from itbench.errors import UsageError
from itbench.host.output_file import write_output
from itbench.validation.scaffold.kind import Kind

_NAME = re.compile(r"[a-z][a-z0-9]{1,29}(-[a-z0-9]{1,29})*")
_SUFFIX = ".template"
_SHARED = "shared"


def write_domain(name: str, folder: Path, kind: Kind = Kind.FILES) -> list[Path]:
    """Write the plugin of a domain into a folder and return the files, in order.

    Args:
        name: of the domain.
        folder: a new or empty one.
        kind: whether agents answer questions about files, or act on a server.

    Raises:
        UsageError: the name cannot be one, is taken, or the folder has something in it.
        StorageError: it cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"a domain cannot be named {name!r}; take small letters, digits and single dashes, like 'netops'"
        )
    module = f"itbench_{name.replace('-', '_')}"
    if find_spec(module) is not None:
        raise UsageError(
            f"there is a package {module!r} already, which a domain {name!r} would take the place of; take another name"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{str(folder)!r} is not an empty folder; name a new folder: itbench new-domain {name} DIR"
        )
    words = {"name": name, "module": module, "title": name.replace("-", " ")}
    written = []
    root = files("itbench.validation.scaffold") / "templates"
    templates = [entry for part in (_SHARED, kind.value) for entry in _templates(root / part, Path())]
    for source, path in sorted(templates, key=lambda entry: entry[1]):
        target = folder / _filled(str(path), words)
        write_output(target, _filled(source.read_text(encoding="utf-8"), words))
        written.append(target)
    return written


def _templates(root: Traversable, below: Path) -> list[tuple[Traversable, Path]]:
    found = []
    for entry in sorted(root.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _templates(entry, below / entry.name)
        elif entry.name.endswith(_SUFFIX):
            found.append((entry, below / entry.name.removesuffix(_SUFFIX)))
    return found


def _filled(text: str, words: dict[str, str]) -> str:
    """Replace `@name@`, `@module@` and `@title@`; braces are left to JSON and f-strings."""
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text
