"""Moves the database of a trial to a fresh server, where nothing of the agent runs and its word for nothing counts.

The agent is superuser of the old server, and through it runs programs there: whatever that server says is what the agent hands in.
The new server takes it as data, restored by a role that is no superuser.
"""

import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from itbench import JsonObject, Sandbox, Service
from itbench.kit import schema_faults
from itbench.sandboxes import SandboxError
from itbench_dbops.names import AGENT, DATABASE, roles_of
from itbench_dbops.planting import roles_sql
from itbench_dbops.postgres import SqlError, ask, ask_all, first_line, server

_MOST_BYTES = 32 << 20
_ROLES_SCHEMA: JsonObject = {
    "type": "object",
    "required": ["roles", "members"],
    "properties": {
        "roles": {"type": "object", "maxProperties": 100, "additionalProperties": {"type": "boolean"}},
        "members": {
            "type": "array",
            "maxItems": 1000,
            "items": {
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "items": {"type": "string", "maxLength": 63},
            },
        },
    },
}
_DUMP_S = 60.0
_ROLES = """\
SELECT json_build_object(
  'roles', (SELECT json_object_agg(rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
            FROM pg_roles WHERE rolname !~ '^pg_'),
  'members', (SELECT coalesce(json_agg(json_build_array(g.rolname, m.rolname)), '[]') FROM pg_auth_members a
              JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member WHERE m.rolname !~ '^pg_'))
"""


class LostError(Exception):
    """The agent has left its server so that the database cannot be moved; the message says how, in one clause."""


async def taken(old: Service) -> tuple[bytes, JsonObject]:
    """Return the dump of a database, and the roles of its server with their memberships.

    Raises:
        LostError: it cannot be taken.
    """
    if old.exit_code is None and not old.is_running:
        raise RuntimeError("the server was ended from outside")
    try:
        await ask(old, "SELECT 1")
        # Ends all that was started through the server.
        await old.restart()
    except SqlError as error:
        raise LostError("the server was stopped, or answers no more") from error
    except SandboxError as error:
        raise LostError("the server does not start again") from error
    # A name that nobody could know: whatever the agent has left in its place would be in the way.
    file = f"dump-{secrets.token_hex(8)}"
    words = [
        "pg_dump",
        "-Fc",
        "--lock-wait-timeout=10s",
        "-h",
        "/tmp",
        "-U",
        "postgres",
        "-f",
        file,
        DATABASE,
    ]
    done = await old.execute(words, timeout_s=_DUMP_S)
    if done.exit_code != 0 or done.timed_out:
        raise LostError(f"the database cannot be dumped: {first_line(done.stderr) or 'it takes too long'}")
    try:
        return await old.read_file(file, max_bytes=_MOST_BYTES), checked_roles(await ask(old, _ROLES))
    except (FileNotFoundError, ValueError, SqlError) as error:
        raise LostError(f"the database cannot be moved: {error}") from error


@asynccontextmanager
async def moved(
    sandbox: Sandbox, names: Mapping[str, str], dump: bytes, found: JsonObject
) -> AsyncIterator[Service]:
    """Start a fresh server, and restore a dump in it."""
    async with server(sandbox) as new:
        await ask(new, roles_sql(names))
        # What cannot be made there, such as a role with a reserved name, is not moved either.
        await ask_all(new, further_roles(names, found), role="postgres", database="template1")
        await new.write_file("dump", dump)
        words = ["pg_restore", "--no-owner", "-h", "/tmp", "-U", names["owner"], "-d", DATABASE, "dump"]
        # What its owner may not restore, such as an event trigger, is not moved; what is missing shows later.
        await new.execute(words, timeout_s=_DUMP_S)
        yield new


def powers(names: Mapping[str, str], found: JsonObject) -> dict[str, list[str]]:
    """Return what each of the planted roles has become beyond what it was, by its name."""
    told = {}
    for role in roles_of(names):
        above = _above(role, found["members"])
        strong = {each for each in above if each.startswith("pg_") or found["roles"].get(each, True)}
        told[role] = sorted(strong | ({"attributes"} if found["roles"].get(role, True) else set()))
    return told


def _above(role: str, members: Sequence[Sequence[str]]) -> set[str]:
    """Return all roles of which one is a member, directly or not."""
    found: set[str] = set()
    waiting = [role]
    while waiting:
        one = waiting.pop()
        for group, member in members:
            if member == one and group not in found:
                found.add(group)
                waiting.append(group)
    return found


def further_roles(names: Mapping[str, str], found: JsonObject) -> list[str]:
    """Return the SQL that makes the other roles, none of them with rights of a server's own."""
    planted = set(roles_of(names))
    others = [role for role in found["roles"] if role not in planted | {"postgres"}]
    known = planted | set(others)
    made = [f"CREATE ROLE {_quoted(role)}" for role in others]
    joined = [
        f"GRANT {_quoted(group)} TO {_quoted(member)}"
        for group, member in found["members"]
        if {group, member} <= known - {AGENT}
    ]
    return made + joined


def checked_roles(text: str) -> JsonObject:
    """Return what a server says of its roles; an agent may have written it.

    Raises:
        ValueError: that cannot be.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if schema_faults(found, _ROLES_SCHEMA):
        raise ValueError("what the server says of its roles cannot be")
    names = {*found["roles"], *(name for pair in found["members"] for name in pair)}
    if not all(name.isprintable() for name in names):
        raise ValueError("a role has a name that cannot be shown")
    checked: JsonObject = found
    return checked


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
