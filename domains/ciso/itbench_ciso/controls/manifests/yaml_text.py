"""Writes manifests as YAML in the style of kubectl.

PyYAML's dumper takes longer to write a suite than the suite may take in all.
"""

import json
import re
from functools import lru_cache

from itbench import JsonObject, JsonValue

# What YAML 1.1 and 1.2 read as the very same text without quotes.
_PLAIN = re.compile(r"[A-Za-z/](?:[A-Za-z0-9_./@*+-]|:(?=[A-Za-z0-9_./@-]))*\Z")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_BLOCK_LINE = re.compile(r"[!-~][ -~]*\Z")


def yaml_text(manifest: JsonObject) -> str:
    """Return one YAML document; texts must be ASCII."""
    lines: list[str] = []
    _add_mapping(lines, manifest, "")
    return "\n".join(lines) + "\n"


def _add_mapping(lines: list[str], mapping: JsonObject, indent: str) -> None:
    for key, value in mapping.items():
        _add_field(lines, f"{indent}{_text(key)}:", value, indent)


def _add_field(lines: list[str], head: str, value: JsonValue, indent: str) -> None:
    if isinstance(value, dict) and value:
        lines.append(head)
        _add_mapping(lines, value, indent + "  ")
    elif isinstance(value, list) and value:
        lines.append(head)
        _add_items(lines, value, indent)
    elif isinstance(value, str) and _is_block(value):
        lines.append(f"{head} |")
        lines += [f"{indent}  {line}" if line else "" for line in value[:-1].split("\n")]
    else:
        lines.append(f"{head} {_scalar(value)}")


def _add_items(lines: list[str], items: list[JsonValue], indent: str) -> None:
    for item in items:
        first = len(lines)
        if isinstance(item, dict) and item:
            _add_mapping(lines, item, indent + "  ")
        elif isinstance(item, list) and item:
            _add_items(lines, item, indent + "  ")
        else:
            lines.append(f"{indent}- {_scalar(item)}")
            continue
        # The first line of what is below stands behind the dash.
        lines[first] = f"{indent}- {lines[first][len(indent) + 2 :]}"


def _is_block(text: str) -> bool:
    return text.endswith("\n") and all(_BLOCK_LINE.match(line) for line in text[:-1].split("\n"))


def _scalar(value: JsonValue) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


# Manifests say the same few hundred words again and again.
@lru_cache(maxsize=4096)
def _text(text: str) -> str:
    is_plain = _PLAIN.match(text) is not None and text.lower() not in _NOT_TEXT
    return text if is_plain else json.dumps(text)
