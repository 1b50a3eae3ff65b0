"""What of a plan can be promised before a run: by its hash it is checked afterwards that just this was done."""

from collections.abc import Iterator

from itbench.interfaces.json import JsonObject
from itbench.interfaces.plan import Plan
from itbench.sealed.canonical import canonical, joined, sha256

# Not what a machine or a moment decides: id and time of the run, folders, warnings, concurrency, the version of Python.
_OF_PLAN = frozenset(
    {
        "itbench_version", "domain", "domain_origin", "domain_code", "suite", "suite_version", "suite_hash", "suite_seal",
        "suite_as_published", "suite_extra", "role_models", "repeats", "seed", "attempts", "max_cost_usd", "sandbox",
        "bench_sandbox", "is_faulty_data_allowed", "shard",
    }
)  # fmt: skip
_OF_AGENT = frozenset({"name", "role", "origin", "code", "options", "arguments", "description"})
_OF_TASK = frozenset({"id", "content_hash"})


def registered(plan: Plan) -> JsonObject:
    """Return what of a plan is promised."""
    return {
        **plan.model_dump(mode="json", include=set(_OF_PLAN)),
        "agent": plan.agent.model_dump(mode="json", include=set(_OF_AGENT)),
        "limits": plan.limits.given(),
        "tasks": [task.model_dump(mode="json", include=set(_OF_TASK)) for task in plan.tasks],
    }


def plan_hash(plan: Plan) -> str:
    """Return `sha256:...` of what of a plan is promised."""
    return f"sha256:{sha256(joined('itbench plan v1', canonical(registered(plan))))}"


def broken_registration(plan: Plan, promised: str) -> Iterator[str]:
    """Yield how a run's plan differs from what was promised, one clause each."""
    found = plan_hash(plan)
    if found != promised:
        part = "" if plan.shard is None else f" (it is shard {plan.shard} of a run)"
        yield f"its plan has the hash {found}{part}, promised was {promised}"
    for each in plan.resumed:
        now = (each.itbench_version, each.domain_origin, each.domain_code, each.agent_origin, each.agent_code)
        began = (
            plan.itbench_version,
            plan.domain_origin,
            plan.domain_code,
            plan.agent.origin,
            plan.agent.code,
        )
        if now != began:
            yield f"it was resumed at {each.resumed_at} with other versions than it was started with"
