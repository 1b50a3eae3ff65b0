"""How programs find a setting in their environment variables, and an address in a text.

A setting's variable is a name; two names joined by a colon, for a host and a port (`FLAGD_HOST:FLAGD_PORT`); or a name
and a part of its text: `DB_DSN#Maximum Pool Size` of a connection string, `JAVA_OPTS#Xmx` of a command line's options.
Sizes such as `400M`, `16MiB` or `1Gi` count as mebibytes.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

_SIZE = re.compile(r"^(\d+)(Mi?B?|Gi?B?)$")
_OPTION = re.compile(r"-(?:D|X|XX:|-)?([A-Za-z][\w.-]*?)(?:=|(?=\d))(\S+)")
_USUAL = {"https": 443, "http": 80, "postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379}
_USUAL |= {"mysql": 3306, "amqp": 5672, "mongodb": 27017}


def variable_text(variable: str, environment: Mapping[str, str]) -> str | None:
    """Return what a setting's variable gives, or None where it is not there."""
    name, _, part = variable.partition("#")
    if ":" in name:
        host, _, port = name.partition(":")
        given = environment.get(host)
        return given and f"{given}:{environment.get(port, '')}".rstrip(":")
    text = environment.get(name)
    if text is not None and part:
        text = part_of(text, part)
    size = _SIZE.match(text) if text else None
    if size is None:
        return text
    return str(int(size[1]) * (1024 if size[2].startswith("G") else 1))


def part_of(text: str, part: str) -> str | None:
    """Return one part of a connection string, a URL's user, password or query, or a line of options."""
    wanted = part.lower()
    if "://" in text:
        return _url_part(text, wanted)
    for pair in text.split(";") if ";" in text else text.split():
        key, is_there, value = pair.partition("=")
        if is_there and key.strip().lower() == wanted:
            return value.strip()
    for key, value in _OPTION.findall(text):
        if key.lower() == wanted.removeprefix("x"):
            return str(value)
    return None


def host_and_port(text: str, usual: int) -> tuple[str, int]:
    """Return host and port of `host:port`, a URL or a connection string; `usual` is the port where none is said."""
    if "=" in text and "://" not in text:
        host = part_of(text, "Host") or part_of(text, "Server") or ""
        port = part_of(text, "Port") or ""
        if not port and ":" in host:
            host, _, port = host.partition(":")
        return host, int(port) if port.isdigit() else usual
    scheme, _, rest = text.rpartition("://")
    place = re.split(r"[/?]", rest, maxsplit=1)[0].rpartition("@")[2].partition(",")[0]
    host, _, port = place.partition(":")
    if port.isdigit():
        return host, int(port)
    return host, _USUAL.get(scheme.rpartition(":")[2], usual)


def _url_part(text: str, wanted: str) -> str | None:
    rest = text.partition("://")[2]
    place, _, query = rest.partition("?")
    for pair in query.split("&"):
        key, is_there, value = pair.partition("=")
        if is_there and key.lower() == wanted:
            return value
    user, _, password = place.partition("/")[0].rpartition("@")[0].partition(":")
    return {"user": user, "username": user, "password": password}.get(wanted) or None


def file_text(where: str, files: Mapping[str, str]) -> str | None:
    """Return what `path#dotted.key` of a mounted file gives; a file without a key gives its whole text.

    Raises:
        ValueError, yaml.YAMLError: the file is malformed.
    """
    path, _, key = where.partition("#")
    text = files.get(path)
    if text is None or not key:
        return text
    found = _parsed(path.rpartition(".")[2], text)
    if key in found:
        return _printed(found[key])
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return _printed(found)


@lru_cache(maxsize=1024)
def _parsed(ending: str, text: str) -> Any:
    """Return what a file says; read once, since every setting of every process asks for it."""
    if ending in ("properties", "conf", "env", "ini"):
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        pairs = (re.split(r"\s*[=\s]\s*", line, maxsplit=1) for line in lines if line)
        return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}
    found = json.loads(text) if ending == "json" else yaml.safe_load(text)
    return found if isinstance(found, dict) else {}


def _printed(found: Any) -> str | None:
    if found is None or isinstance(found, dict | list):
        return None
    return str(found).lower() if isinstance(found, bool) else str(found)
