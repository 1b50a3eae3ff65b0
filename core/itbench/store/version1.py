"""Run files of format 1: what their trials say in the words of today's format, to read them and to bring them up to it.

In format 1 what was not known of tokens and dollars was 0; the trace tells the two apart. Its first files do not say by
which version of the rules they were scored: that was version 1.
"""

import sqlite3

from itbench.store.schema import OUTCOME, SCORING, TRIAL, VERSION
from itbench.store.seals import SEALS, seal_all

# `reply` tells of itself, `model` is the gateway's word of an answer; to both a `usage` belongs if their use was told.
_TOLD = """
CREATE TEMP TABLE told AS
SELECT trial, uses, max(0, answers - uses) + replies_untold AS uncounted, max(unpriced, replies_unpriced) AS unpriced
FROM (
    SELECT trial,
        sum(kind = 'usage') AS uses,
        sum(kind = 'usage' AND json_extract(data, '$.cost_usd') IS NULL) AS unpriced,
        sum(kind = 'reply' AND json_extract(data, '$.use') IS NULL) AS replies_untold,
        sum(kind = 'reply' AND json_extract(data, '$.use') IS NOT NULL
            AND json_extract(data, '$.cost_usd') IS NULL) AS replies_unpriced,
        sum(kind = 'model' AND json_extract(data, '$.status') = 200) AS answers
    FROM main.event WHERE kind IN ('usage', 'reply', 'model') AND json_valid(data) GROUP BY trial
)
"""
_TRIALS = """
SELECT id, task, repeat, attempt, fault_stage, fault, fault_traceback, limit_hit, handed_in, answer_hash, started_at,
    wall_s, turns,
    coalesce(told.uses + told.uncounted, 0) AS replies,
    coalesce(told.uncounted, 0) AS uncounted,
    CASE WHEN told.uses > 0 AND NOT told.uncounted THEN input_tokens END AS input_tokens,
    CASE WHEN told.uses > 0 AND NOT told.uncounted THEN output_tokens END AS output_tokens,
    CASE WHEN told.uses > 0 AND NOT told.uncounted THEN cached_tokens END AS cached_tokens,
    CASE WHEN told.uses > 0 AND NOT told.uncounted THEN reasoning_tokens END AS reasoning_tokens,
    CASE WHEN told.uses > 0 AND NOT told.uncounted AND NOT told.unpriced THEN cost_usd END AS cost_usd,
    tool_calls, failed_tool_calls
FROM main.trial LEFT JOIN told ON told.trial = trial.id
"""
_SCORINGS = "SELECT id, started_at, itbench_version, domain_origin, truths, {version} AS scoring_version FROM main.scoring"


def show_as_today(connection: sqlite3.Connection) -> None:
    """Put today's tables in front of those of a file of format 1, for this connection only; the file stays as it is."""
    connection.execute(_TOLD)
    connection.execute(f"CREATE TEMP VIEW trial AS {_TRIALS}")
    connection.execute(f"CREATE TEMP VIEW scoring AS {_scorings(connection)}")


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make a file of format 1 one of today's, all at once or not at all.

    Raises:
        sqlite3.Error: it cannot be written, or is damaged.
    """
    # Tables that others refer to are replaced: https://www.sqlite.org/lang_altertable.html#otheralter
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited.
        if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            _replace_tables(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys=ON")


def _replace_tables(connection: sqlite3.Connection) -> None:
    connection.execute(_TOLD)
    connection.execute("DROP VIEW IF EXISTS outcome")
    for name, made, rows in (("trial", TRIAL, _TRIALS), ("scoring", SCORING, _scorings(connection))):
        connection.execute(made.replace(f"CREATE TABLE {name} ", f"CREATE TABLE new_{name} "))
        connection.execute(f"INSERT INTO new_{name} {rows}")
        connection.execute(f"DROP TABLE {name}")
        connection.execute(f"ALTER TABLE new_{name} RENAME TO {name}")
    connection.execute(f"CREATE VIEW outcome AS {OUTCOME}")
    connection.execute("DROP TABLE told")
    for statement in SEALS.split(";\n"):
        connection.execute(statement)
    seal_all(connection)
    connection.execute(f"PRAGMA user_version={VERSION}")


def _scorings(connection: sqlite3.Connection) -> str:
    columns = connection.execute("PRAGMA main.table_info(scoring)")
    has_versions = any(column["name"] == "scoring_version" for column in columns)
    return _SCORINGS.format(version="coalesce(scoring_version, 1)" if has_versions else "1")
