"""What a plan says that makes a run's numbers less comparable; every report has it."""

from collections.abc import Iterator, Sequence

from itbench.interfaces.json import JsonObject
from itbench.interfaces.shard import shard_of


def plan_warnings(plan: JsonObject) -> list[str]:
    """Return one sentence for each."""
    warnings = [f"not the published data: {plan['data_warning']}"] if plan.get("data_warning") else []
    shard = shard_of(plan)
    if shard is not None:
        warnings.append(f"shard {shard} of a run, which `itbench merge` makes of all its shards")
    others = _other_versions(plan)
    if others:
        warnings.append(
            f"started with {', '.join(_versions(plan, plan['agent'].get('origin')))}, resumed with {', '.join(others)}"
        )
    faulty = plan.get("data_faults", {})
    if faulty:
        tasks, they = (f"{len(faulty)} tasks", "they have") if len(faulty) > 1 else ("1 task", "it has")
        ending = " and was allowed to be" if plan["is_faulty_data_allowed"] else f", so {they} no score"
        warnings.append(f"the data of {tasks} is faulty{ending}: {', '.join(faulty)}")
    return warnings


def plan_marks(plan: JsonObject) -> list[str]:
    """Return a word or two for each, for a table."""
    marks = ["not the published data"] if plan.get("data_warning") else []
    shard = shard_of(plan)
    marks += [f"shard {shard}"] if shard else []
    marks += ["other versions"] if _other_versions(plan) else []
    if plan["sandbox"] != "none" and plan.get("sandbox_warning"):
        marks.append("unsafe mount")
    return marks + (["faulty data"] if plan.get("data_faults") else [])


def have_other_truths(plans: Sequence[JsonObject]) -> bool:
    """Tell whether runs have a task of the same content but not of the same truth or hidden data."""
    seen: dict[tuple[str, str], str] = {}
    for task in (task for plan in plans for task in plan["tasks"]):
        private = task.get("private_hash")
        if private is not None and seen.setdefault((task["id"], task["content_hash"]), private) != private:
            return True
    return False


def _other_versions(plan: JsonObject) -> list[str]:
    started = _versions(plan, plan["agent"].get("origin"))
    found: set[str] = set()
    for each in plan.get("resumed", ()):
        # An early run file does not say what brought the agent.
        found |= set(_versions(each, each["agent_origin"] if plan["agent"].get("origin") else None))
        found |= set(_other_code(plan, each))
    return sorted(found - set(started))


def _other_code(plan: JsonObject, resumption: JsonObject) -> Iterator[str]:
    """Yield the distributions whose code was another when a run was resumed, by the same version."""
    agent = plan["agent"]
    domain_codes = plan.get("domain_code"), resumption.get("domain_code")
    agent_codes = agent.get("code"), resumption.get("agent_code")
    for before, after, codes in (
        (plan["domain_origin"], resumption["domain_origin"], domain_codes),
        (agent.get("origin"), resumption["agent_origin"], agent_codes),
    ):
        if before == after and None not in codes and codes[0] != codes[1]:
            yield f"other code of {before}"


def _versions(found: JsonObject, agent_origin: str | None) -> list[str]:
    names = [f"itbench {found['itbench_version']}", found["domain_origin"], agent_origin]
    return list(dict.fromkeys(name for name in names if name is not None))
