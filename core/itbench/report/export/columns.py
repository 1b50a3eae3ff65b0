"""The columns of the flat exports, one row a trial; docs/reference/exports.md tells of each.

Raise SCHEMA_VERSION when a column gets another name, type or meaning, or goes; one more needs no other version.
"""

SCHEMA_VERSION = 2
METRIC_PREFIX = "metric."
METRIC_TYPE = "float64"

# Column and the name of its pyarrow type.
COLUMNS = {
    "schema_version": "int64",
    "run": "string",
    "created_at": "string",
    "itbench_version": "string",
    "domain": "string",
    "domain_origin": "string",
    "suite": "string",
    "suite_version": "string",
    "suite_hash": "string",
    "data_warning": "string",
    "agent": "string",
    "agent_role": "string",
    "agent_origin": "string",
    "agent_options": "string",
    "agent_arguments": "string",
    "model": "string",
    "sandbox": "string",
    "task": "string",
    "task_hash": "string",
    "repeat": "int64",
    "attempt": "int64",
    "attempts": "int64",
    "started_at": "string",
    "status": "string",
    "value": "float64",
    "fault_stage": "string",
    "fault": "string",
    "limit_hit": "string",
    "handed_in": "bool_",
    "reasons": "string",
    "wall_s": "float64",
    "turns": "int64",
    "replies": "int64",
    "uncounted": "int64",
    "input_tokens": "int64",
    "cached_tokens": "int64",
    "output_tokens": "int64",
    "reasoning_tokens": "int64",
    "tokens": "int64",
    "cost_usd": "float64",
    "all_attempts_cost_usd": "float64",
    "tool_calls": "int64",
    "failed_tool_calls": "int64",
    "answer_hash": "string",
    "scored_at": "string",
    "scored_by": "string",
    "truths": "string",
}
"""One column `metric.NAME` for each metric of the run follows these."""
