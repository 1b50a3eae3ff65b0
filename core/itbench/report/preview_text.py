"""What a run would do, as text and for machines."""

import dataclasses
from typing import TYPE_CHECKING

from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.json import JsonObject
from itbench.report.table import table
from itbench.runs.plan.registration import plan_hash
from itbench.runs.preview import FEWEST_TURNS, MOST_TURNS, Preview

if TYPE_CHECKING:
    from itbench.interfaces.plan import Plan

_SHOWN_TASKS = 5


def preview_json(found: Preview) -> JsonObject:
    """Return the plan, what would be shown to the agent, and the estimates."""
    return {
        "plan": found.session.plan.model_dump(mode="json"),
        "plan_hash": plan_hash(found.session.plan),
        "run_file": str(found.session.path),
        "inputs": {"files": found.input_files, "bytes": found.input_bytes},
        "hidden_files": found.hidden_files,
        "mounts": [{"source": str(mount.source), "shows_at": f"/opt/{mount.name}"} for mount in found.mounts],
        "missing": list(found.missing),
        "estimates": [dataclasses.asdict(estimate) for estimate in found.estimates],
    }


def preview_text(found: Preview) -> str:
    """Return a table of what would be done, and one of what it may take."""
    lines = [table(["what", "would be"], _rows(found)), "", *_estimate_lines(found)]
    return "\n".join(lines + [f"to run it, this is missing: {thing}" for thing in found.missing])


def _rows(found: Preview) -> list[list[str]]:
    plan, session = found.session.plan, found.session
    ids = [task.id for task in plan.tasks]
    shown = ", ".join(ids[:_SHOWN_TASKS]) + (", ..." if len(ids) > _SHOWN_TASKS else "")
    options = [f"{key}={value}" for key, value in plan.agent.options.items()]
    rows = [
        ["suite", f"{plan.domain}/{plan.suite} {plan.suite_version}, {plan.suite_hash[:19]}"],
        ["tasks", f"{len(ids)}: {shown}"],
        ["trials", f"{plan.planned_trials}: {_part(plan)}, {plan.max_trials} concurrent"],
        ["agent", " ".join([plan.agent.name, *options, *plan.agent.arguments])],
        *_endpoint_rows(plan.agent.description),
        ["limits of a trial", _limits(found)],
        *([["cost of the run", f"at most ${plan.max_cost_usd:g}"]] if plan.max_cost_usd else []),
        ["sandbox", plan.sandbox + (f" ({plan.sandbox_warning})" if plan.sandbox_warning else "")],
        ["inputs, read-only", f"{found.input_files} files, {found.input_bytes / 1e6:.1f} MB in all"],
    ]
    if session.bench_sandbox is not session.sandbox:
        rows.append(["tried in", f"{session.bench_sandbox.name}, with {found.hidden_files} hidden files"])
    rows += [["mounted read-only", f"{mount.source} at /opt/{mount.name}"] for mount in found.mounts]
    return [*rows, ["plan hash", plan_hash(plan)], ["run file", str(session.path)]]


def _part(plan: "Plan") -> str:
    whole = f"{plan.repeats} of each task"
    return whole if plan.shard is None else f"shard {plan.shard} of a run with {whole}"


def _endpoint_rows(description: JsonObject) -> list[list[str]]:
    """Return where the agent's model is asked, and which key goes there."""
    model = description.get("model")
    if not isinstance(model, dict) or "endpoint" not in model:
        return []
    source, key = model.get("endpoint_from"), model.get("key_from")
    return [
        ["model endpoint", f"{model['endpoint']}" + (f" ({source})" if source else "")],
        ["API key", f"from {key}" if key else "none is sent"],
    ]


def _limits(found: Preview) -> str:
    limits = {task.limits for task in found.session.tasks}
    if len(limits) > 1:
        return "differ by task; see itbench list-tasks"
    (only,) = limits
    parts = [
        f"{only.turns} turns" if only.turns else "",
        f"{only.wall_s:g} s",
        f"{only.tokens} tokens" if only.tokens else "",
        f"${only.cost_usd:g}" if only.cost_usd else "",
        f"{only.command_s:g} s for a command",
    ]
    return ", ".join(filter(None, parts))


def _estimate_lines(found: Preview) -> list[str]:
    agent = found.session.plan.agent.name
    if not found.estimates:
        return [f"agent {agent!r} asks no model that itbench could count beforehand: no tokens are estimated"]
    head = ["estimate", "turns", "input tokens", "of them cached", "output tokens", "cost"]
    rows = [
        _estimate_row(f"{turns} turns a trial", estimate)
        for turns, estimate in zip((FEWEST_TURNS, MOST_TURNS), found.estimates, strict=True)
    ]
    note = f"models took {FEWEST_TURNS} to {MOST_TURNS} turns for a task of ITBench-AA; the estimate is accurate to about a factor of two"
    return [table(head, rows, numbers=head[1:]), note]


def _estimate_row(name: str, estimate: TrialEstimate) -> list[str]:
    tokens = (estimate.input_tokens, estimate.cached_tokens, estimate.output_tokens)
    cost = "unknown" if estimate.cost_usd is None else f"${estimate.cost_usd:.2f}"
    return [name, str(estimate.turns), *(f"{count / 1e6:.2f} M" for count in tokens), cost]
