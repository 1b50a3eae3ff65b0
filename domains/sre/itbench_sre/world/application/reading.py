"""How programs find a setting in their environment variables, and an address in a text.

A setting's variable is a name; two names joined by a colon, for a host and a port (`FLAGD_HOST:FLAGD_PORT`); or a name
and a part of its text: `DB_DSN#Maximum Pool Size` of a connection string, `JAVA_OPTS#Xmx` of a command line's options.
Sizes such as `400M`, `16MiB` or `1Gi` count as mebibytes.
"""

import re
from collections.abc import Mapping

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
