"""What a run says of an agent and its model: the headline, and the measures that stand beside it."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from itbench.interfaces.json import JsonObject, json_text
from itbench.report.export.every_eval_ever.place import Place
from itbench.report.shown import shown_metrics
from itbench.report.summary import RunSummary
from itbench.statistics import Estimate
from itbench.statistics.interval import CONFIDENCE
from itbench.version import __version__

SCHEMA_VERSION = "0.3.0"
HEADLINE = "score"


def aggregate_of(summary: RunSummary, place: Place) -> JsonObject:
    """Return the aggregate document, without the reference to the file with the trials."""
    plan = summary.plan
    measures = {HEADLINE: (HEADLINE, summary.estimate)} | {
        title: (shown_metrics(plan)[title], found) for title, found in summary.shown.items()
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": evaluation_id(plan, place),
        "evaluation_timestamp": plan["created_at"],
        "retrieved_timestamp": str(int(time.time())),
        "source_metadata": {
            "source_name": f"run {plan['id']} of itbench",
            "source_type": "evaluation_run",
            # A run file does not tell who ran it.
            "source_organization_name": "unspecified",
            "evaluator_relationship": "other",
        },
        "eval_library": {
            "name": "itbench",
            "version": plan["itbench_version"],
            "additional_details": {"exported_by": __version__},
        },
        "model_info": {
            "name": place.model,
            "id": place.model_id,
            "additional_details": {
                "deployment_type": "unknown",
                "model_availability": "unknown",
                **_texts(_agent(plan)),
            },
        },
        "evaluation_results": [
            _result(plan, name, metric, found)
            for name, (metric, found) in measures.items()
            if found.mean is not None
        ],
    }


def evaluation_id(plan: JsonObject, place: Place) -> str:
    """Return the name of the evaluation, which each line of its trials has too."""
    began = int(datetime.fromisoformat(plan["created_at"]).timestamp())
    return f"{place.collection}/{place.model_id}/{began}-{plan['id']}"


def result_id(plan: JsonObject, metric: str) -> str:
    """Return by what a line of a trial names the result that it is part of."""
    return f"{plan['id']}#{metric}"


def evaluation_name(plan: JsonObject) -> str:
    """Return the name of the suite."""
    return f"{plan['domain']}/{plan['suite']}"


def _result(plan: JsonObject, name: str, metric: str, found: Estimate) -> JsonObject:
    return {
        "evaluation_result_id": result_id(plan, metric),
        "evaluation_name": evaluation_name(plan),
        "source_data": {
            "dataset_name": evaluation_name(plan),
            "source_type": "other",
            "additional_details": _texts(
                {
                    name: plan.get(name)
                    for name in ("suite_version", "suite_hash", "data_warning", "domain_origin")
                }
            ),
        },
        "evaluation_timestamp": plan["created_at"],
        "metric_config": {
            "metric_id": f"itbench.{metric}",
            "metric_name": name,
            "metric_unit": "proportion",
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": _score(found),
        "generation_config": _generation(plan),
    }


def _score(found: Estimate) -> JsonObject:
    uncertainty: JsonObject = {"num_samples": found.n_scored}
    if found.standard_error is not None:
        uncertainty["standard_error"] = {"value": found.standard_error, "method": "clustered by task"}
    if found.interval is not None:
        uncertainty["confidence_interval"] = {
            "lower": found.interval.low,
            "upper": found.interval.high,
            "confidence_level": CONFIDENCE,
            "method": "Gaffke, over the means of tasks",
        }
    names = (
        "n_scored",
        "n_planned",
        "n_tasks_scored",
        "n_tasks_planned",
        "missing_as_zero",
        "missing_as_one",
    )
    details = _texts({name: getattr(found, name) for name in names})
    return {"score": found.mean, "uncertainty": uncertainty, "details": details}


def _generation(plan: JsonObject) -> JsonObject:
    limits = plan.get("limits") or {}
    wall_s = limits.get("wall_s")
    given = {
        "time_limit": None if wall_s is None else int(wall_s),
        "message_limit": limits.get("turns"),
        "token_limit": limits.get("tokens"),
    }
    arguments: JsonObject = {
        "agentic_eval_config": {"additional_details": _texts(_agent(plan))},
        "eval_limits": {name: value for name, value in given.items() if value is not None},
    }
    if plan.get("sandbox"):
        arguments["sandbox"] = {"type": str(plan["sandbox"])}
    names = ("repeats", "seed", "attempts", "max_trials", "suite_extra", "suite_as_published")
    return {
        "generation_args": arguments,
        "additional_details": _texts({name: plan.get(name) for name in names}),
    }


def _agent(plan: JsonObject) -> JsonObject:
    agent = plan["agent"]
    return {
        "agent_name": agent["name"],
        "agent_role": agent.get("role"),
        "agent_origin": agent.get("origin"),
        "agent_options": agent["options"] or None,
        "agent_arguments": list(agent.get("arguments", ())) or None,
    }


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is known as texts, of which this format makes all further details."""
    return {
        name: value if isinstance(value, str) else json_text(value)
        for name, value in values.items()
        if value is not None
    }
