"""Reads a study file; whatever is wrong with it is told at once, one line each, with line and column."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.study import Study
from itbench.runs.study.json_text import read_json
from itbench.runs.study.nodes import Node, PlaceError
from itbench.runs.study.secret_words import secret_words
from itbench.runs.study.yaml_text import read_yaml
from itbench.schema.check import SchemaFault, found_faults
from itbench.text.near import nearest

_LARGEST_BYTES = 1_000_000
_MOST_FAULTS = 30
_YES_OR_NO = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false"})
_ALMOST_A_NUMBER = re.compile(r"[-+]?[0-9.][0-9_.:xXoObBa-fA-F]*%?|\$.*")


class StudyError(UsageError):
    """A study that cannot be run.

    Attributes:
        lines: what is wrong with it, one line each.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("; ".join(self.lines))


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A study with the text that it was read from."""

    path: Path
    text: str
    root: Node
    study: Study

    def line(self, message: str, *path: str | int) -> str:
        """Return a message with the place to which keys and places lead."""
        return _line(self.path, self.text, self.root.at(path).index, f"{_path(path)}: {message}")


def read_study(path: Path) -> StudyFile:
    """Return the study in a file.

    Raises:
        StudyError: it cannot be read, or is not what a study file may be.
    """
    text = _text(path)
    try:
        root = (read_json if path.suffix.lower() == ".json" else read_yaml)(text)
        if root is not None:
            _check_characters(root)
            _read_null_as_a_name(root)
    except PlaceError as error:
        raise StudyError([_line(path, text, error.index, str(error))]) from error
    if root is None or root.plain() is None:
        raise StudyError([f"{path}:1:1: the file is empty; a study has at least `suites`"])
    _refuse_secrets(path, text, root)
    from itbench_schemas import load

    faults = found_faults(root.plain(), load("study"))
    if faults:
        places = sorted((_index(root, fault), _message(fault)) for fault in faults)
        lines = [_line(path, text, index, message) for index, message in places]
        more = [f"{path}: and {len(lines) - _MOST_FAULTS} more"] if len(lines) > _MOST_FAULTS else []
        raise StudyError([*lines[:_MOST_FAULTS], *more])
    return StudyFile(path, text, root, Study.model_validate(root.plain(with_words=True)))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise StudyError([f"there is no file {str(path)!r}"]) from error
    except OSError as error:
        raise StudyError([f"{str(path)!r} cannot be read: {error.strerror}"]) from error
    if len(data) > _LARGEST_BYTES:
        raise StudyError([f"{str(path)!r} is larger than {_LARGEST_BYTES // 1_000_000} MB"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"not UTF-8: {error.reason}; save the file as UTF-8"
        raise StudyError([_line(path, before, len(before), message)]) from error


def _check_characters(root: Node) -> None:
    for _, key, node in root.scalars():
        for text in (key, node.value):
            if isinstance(text, str) and any("\ud800" <= mark <= "\udfff" for mark in text):
                raise PlaceError("half of a character (a lone surrogate); write the whole one", node.index)


def _read_null_as_a_name(root: Node) -> None:
    """Take the word `null` for the agent of this name, where an agent is meant."""
    for agent in root.at(("agents",)).items or []:
        node = agent if agent.entries is None else agent.at(("agent",))
        if node.value is None and node.written == "null":
            node.value = node.written


def _refuse_secrets(path: Path, text: str, root: Node) -> None:
    found = {node.index: where for where, node in secret_words(root)}
    if found:
        advice = (
            "looks like a key or a password, which no study file may hold; set the environment variable of the provider "
            "(OPENAI_API_KEY, ANTHROPIC_API_KEY), or name another variable with the option key_env"
        )
        raise StudyError(
            _line(path, text, index, f"{where}: {advice}") for index, where in sorted(found.items())
        )


def _index(root: Node, fault: SchemaFault) -> int:
    node = root.at(fault.path)
    return node.index if fault.key is None else node.keys.get(fault.key, node.index)


def _message(fault: SchemaFault) -> str:
    if fault.path[-1:] in {("time",), ("command",)} and isinstance(fault.value, str):
        fault = replace(fault, allowed="seconds, or a number with s, m or h, such as 90s, 15m or 2h")
    return "; ".join([str(fault), *_hints(fault)])


def _hints(fault: SchemaFault) -> Iterator[str]:
    word = fault.key if fault.key is not None else fault.value
    near = nearest(word, fault.choices) if isinstance(word, str) else None
    if near is not None:
        yield f"did you mean {near!r}?"
    value, allowed = fault.value, fault.allowed
    if fault.key is not None:
        return
    if value is None:
        yield "give it a value, or leave the key out"
    elif isinstance(value, str) and allowed == "boolean" and value.lower() in _YES_OR_NO:
        yield "write true or false, without quotes"
    elif isinstance(value, str) and allowed in {"integer", "number"} and _ALMOST_A_NUMBER.fullmatch(value):
        yield "write a plain decimal number, such as 15, without quotes"
    elif isinstance(value, bool | int | float) and allowed.startswith("string"):
        yield "put it in quotes"
    elif isinstance(value, str) and allowed == "array":
        yield f"write a list, such as [{value}]"


def _line(path: Path, text: str, index: int, message: str) -> str:
    line = text.count("\n", 0, index) + 1
    column = index - (text.rfind("\n", 0, index) + 1) + 1
    return f"{path}:{line}:{column}: {message}"


def _path(path: tuple[str | int, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
