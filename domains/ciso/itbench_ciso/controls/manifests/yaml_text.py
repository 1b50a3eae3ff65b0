"""Writes manifests as YAML in the style of kubectl.

PyYAML's dumper takes longer to write a suite than the suite may take in all.
"""

import json
import re
from collections.abc import Iterator

from itbench import JsonObject, JsonValue

# What YAML 1.1 and 1.2 read as the very same text without quotes.
_PLAIN = re.compile(r"[A-Za-z/](?:[A-Za-z0-9_./@*+-]|:(?=[A-Za-z0-9_./@-]))*\Z")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_BLOCK_LINE = re.compile(r"[!-~][ -~]*\Z")


def yaml_text(manifest: JsonObject) -> str:
    """Return one YAML document; texts must be ASCII."""
    return "\n".join(_mapping(manifest, "")) + "\n"


def _mapping(mapping: JsonObject, indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        yield from _field(f"{indent}{_text(key)}:", value, indent)


def _field(head: str, value: JsonValue, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent + "  ")
    elif isinstance(value, list) and value:
        yield head
        yield from _items(value, indent)
    elif isinstance(value, str) and _is_block(value):
        yield f"{head} |"
        for line in value[:-1].split("\n"):
            yield f"{indent}  {line}" if line else ""
    else:
        yield f"{head} {_scalar(value)}"


def _items(items: list[JsonValue], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item:
            lines = _mapping(item, indent + "  ")
        elif isinstance(item, list) and item:
            lines = _items(item, indent + "  ")
        else:
            yield f"{indent}- {_scalar(item)}"
            continue
        # The first line of what is below stands behind the dash.
        yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
        yield from lines


def _is_block(text: str) -> bool:
    return text.endswith("\n") and all(_BLOCK_LINE.match(line) for line in text[:-1].split("\n"))


def _scalar(value: JsonValue) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    is_plain = _PLAIN.match(text) is not None and text.lower() not in _NOT_TEXT
    return text if is_plain else json.dumps(text)
