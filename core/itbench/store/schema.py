"""The tables of a run file.

`outcome` is the latest attempt of each task and repeat, with its latest scoring. Nothing is a stored counter.

Tokens and dollars of a trial are NULL where one of its replies did not tell them, or where there was no reply that
could have. Later formats add tables and views to this one, and change none.
"""

from itbench.store.outcome import STATUS, VALUE, counts
from itbench.store.seals import SEALS

APPLICATION_ID = 0x69746265  # "itbe"
VERSION = 2

TRIAL = """CREATE TABLE trial (
    id INTEGER PRIMARY KEY,
    task TEXT NOT NULL REFERENCES task (id),
    repeat INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    fault_stage TEXT,
    fault TEXT,
    fault_traceback TEXT,
    limit_hit TEXT,
    handed_in INTEGER NOT NULL,
    answer_hash TEXT,
    started_at TEXT NOT NULL,
    wall_s REAL NOT NULL,
    turns INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    uncounted INTEGER NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cached_tokens INTEGER,
    reasoning_tokens INTEGER,
    cost_usd REAL,
    tool_calls INTEGER NOT NULL,
    failed_tool_calls INTEGER NOT NULL,
    UNIQUE (task, repeat, attempt)
)"""

SCORING = """CREATE TABLE scoring (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    itbench_version TEXT NOT NULL,
    domain_origin TEXT NOT NULL,
    truths TEXT,
    scoring_version INTEGER NOT NULL
)"""

TABLES = f"""
CREATE TABLE plan (document TEXT NOT NULL);
CREATE TABLE task (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    document TEXT NOT NULL
);
{TRIAL};
CREATE TABLE submission (
    trial INTEGER PRIMARY KEY REFERENCES trial (id),
    answer TEXT NOT NULL,
    observed TEXT NOT NULL,
    notes TEXT NOT NULL
);
CREATE TABLE file (
    trial INTEGER NOT NULL REFERENCES trial (id),
    path TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (trial, path)
) WITHOUT ROWID;
CREATE TABLE event (
    trial INTEGER NOT NULL REFERENCES trial (id),
    position INTEGER NOT NULL,
    at_s REAL NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (trial, position)
) WITHOUT ROWID;
{SCORING};
CREATE TABLE score (
    scoring INTEGER NOT NULL REFERENCES scoring (id),
    trial INTEGER NOT NULL REFERENCES trial (id),
    value REAL,
    is_leak INTEGER NOT NULL,
    fault_stage TEXT,
    fault TEXT,
    fault_traceback TEXT,
    metrics TEXT NOT NULL,
    reasons TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (trial, scoring)
) WITHOUT ROWID;
{SEALS};
"""

OUTCOME = f"""
SELECT
    trial.id AS trial,
    trial.task AS task,
    trial.repeat AS repeat,
    trial.attempt AS attempt,
    (SELECT count(*) FROM trial AS t WHERE t.task = trial.task AND t.repeat = trial.repeat) AS attempts,
    {STATUS} AS status,
    {VALUE} AS value,
    coalesce(trial.fault_stage, score.fault_stage) AS fault_stage,
    coalesce(trial.fault, score.fault) AS fault,
    trial.limit_hit AS limit_hit,
    trial.handed_in AS handed_in,
    trial.answer_hash AS answer_hash,
    trial.wall_s AS wall_s,
    trial.turns AS turns,
    trial.replies AS replies,
    trial.uncounted AS uncounted,
    trial.input_tokens AS input_tokens,
    trial.output_tokens AS output_tokens,
    trial.cached_tokens AS cached_tokens,
    trial.reasoning_tokens AS reasoning_tokens,
    trial.input_tokens + trial.output_tokens AS tokens,
    trial.cost_usd AS cost_usd,
    trial.tool_calls AS tool_calls,
    trial.failed_tool_calls AS failed_tool_calls
FROM trial
LEFT JOIN score
    ON score.trial = trial.id
    AND {counts("trial.id")}
WHERE trial.attempt = (
    SELECT max(t.attempt) FROM trial AS t WHERE t.task = trial.task AND t.repeat = trial.repeat
)
"""  # noqa: S608 - our own words
