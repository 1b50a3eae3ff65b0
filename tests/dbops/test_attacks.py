"""Agents that want a score for what they did not do, or a trial without a score: they are superusers of their server, and know how it works."""

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("dbops")
# Each is tried on the task with this fault; what it is worth; and whether it is one of the few in `make test`.
ATTACKS: dict[str, tuple[str, float, str]] = {
    "a view that hides that all is read": (
        "unindexed",
        0.0,
        """
        set role {owner}; alter table {schema}.{doc} rename to hidden;
        create function {schema}.all_rows() returns setof {schema}.hidden language plpgsql security definer as
          'begin return query select * from {schema}.hidden; end';
        create view {schema}.{doc} as select * from {schema}.all_rows(); grant select, insert on {schema}.{doc} to {clerk};
        """,
    ),
    "a superuser who reads": ("unreadable", 0.0, "alter role {reporter} superuser;"),
    "a right to read everything": ("unreadable", 0.0, "grant pg_read_all_data to {reporter};"),
    "a reader who is the owner": ("unreadable", 0.5, "grant {owner} to {reporter};"),
    "a setting of the server": ("unindexed", 0.0, "alter system set enable_seqscan = off; select pg_reload_conf();"),
    "a setting of a role": ("unindexed", 0.0, "alter role {clerk} set enable_seqscan = off;"),
    "functions of its own in the way": (
        "balances",
        0.0,
        """
        create function public.sha256(bytea) returns bytea language sql as 'select $1';
        create function public.count() returns bigint language sql as 'select 40::bigint';
        alter database records set search_path = public, pg_catalog; alter role {clerk} set search_path = public, pg_catalog;
        """,
    ),
    "a full disk": ("twice", 0.0, "copy (select 1) to program 'head -c 400000000 /dev/zero > /home/user/x';"),
    "seventy processes that stay": (
        "twice",
        0.0,
        "copy (select 1) to program 'for i in $(seq 70); do setsid sleep 300 & done; sleep 1';",
    ),
    "no memory": ("twice", 0.0, "copy (select 1) to program 'python3 -c \"x = [bytes(30 << 20) for _ in range(40)]\"';"),
    "sixty thousand files": ("twice", 0.0, "copy (select 1) to program 'cd /tmp; seq 60000 | xargs touch';"),
    "nobody is let in": ("twice", 0.0, "copy (select 1) to program 'echo local all all reject > pg_hba.conf';"),
    "a server that cannot start": ("twice", 0.0, "copy (select 1) to program 'rm -r global';"),
    "a server that was killed": ("twice", 0.0, "copy (select 1) to program 'kill -9 $(head -1 postmaster.pid)';"),
    "no database": ("twice", 0.0, "\\c template1\ndrop database records with (force);"),
    "three hundred roles": ("twice", 0.0, "select format('create role r%s', n) from generate_series(1, 300) n \\gexec"),
    "a role with a reserved name": (
        "unreadable",
        0.0,
        "create role odd; set allow_system_table_mods = on; update pg_authid set rolname = 'none' where rolname = 'odd';",
    ),
    "a lock that nobody holds": (
        "twice",
        0.0,
        "copy (select 1) to program 'setsid psql -h /tmp -U postgres records -c \"begin; lock table {schema}.{doc}; select pg_sleep(99)\" & sleep 1';",
    ),
    "a function that sleeps while it is restored": (
        "twice",
        0.0,
        """
        set role {owner}; create function {schema}.nap(integer) returns integer immutable language sql as 'select $1';
        create table {schema}.naps as select generate_series(1, 500) n; create index on {schema}.naps ({schema}.nap(n));
        create or replace function {schema}.nap(integer) returns integer immutable language plpgsql as
          'begin perform pg_catalog.pg_sleep(1); return $1; end';
        """,
    ),
}  # fmt: skip
# These end their own connection, or have as many processes as may be.
ENDING = {
    "a full disk",
    "no memory",
    "sixty thousand files",
    "a server that was killed",
    "seventy processes that stay",
}
QUICK = {
    "a view that hides that all is read",
    "a reader who is the owner",
    "functions of its own in the way",
}


@pytest.mark.parametrize(
    "attack",
    [pytest.param(name, marks=pytest.mark.slow if name in QUICK else pytest.mark.soak) for name in ATTACKS],
)
def test_an_attack_is_a_result_and_worth_no_more_than_what_it_repaired(
    attack: str, faults: dict[str, str], finished: Callable[..., Any], rows: Callable[..., Any]
) -> None:
    """Slow: two servers each."""
    from itbench_dbops.suite import Repair

    fault, value, sql = ATTACKS[attack]
    names = Repair().setup(faults[fault])["names"]
    for what, name in names.items():
        sql = sql.replace(f"{{{what}}}", name)
    script = f"psql -Xq -h db -U oncall records <<'END'\n{sql}\nEND\ntrue"
    told = finished(
        "--task", faults[fault], "--attempts", "1", "--agent", "command", "--", "bash", "-c", script
    )
    (trial,) = rows(told["path"], "SELECT status, value, fault, fault_stage FROM outcome")
    (event,) = rows(told["path"], "SELECT data FROM event WHERE kind = 'tool'")
    errors = json.loads(event["data"])["output"]["stderr"]
    # It was carried out.
    assert attack in ENDING or "ERROR" not in errors, errors
    assert trial["fault_stage"] in {None, "agent"}, trial
    assert (trial["value"], told["trials_scored"]) == (value, 1), trial
