"""What the title of a board says: the suite, how many tasks, and what tells it from other boards of the same suite."""

from collections.abc import Mapping, Sequence

from itbench.interfaces.json import JsonObject

_NAMED_TASKS = 3


def board_titles(plans: Sequence[JsonObject]) -> list[str]:
    """Return one title for each board, from the plan of one of its runs."""
    return [_title(plan, [other for other in plans if _suite(other) == _suite(plan)]) for plan in plans]


def _title(plan: JsonObject, same_suite: Sequence[JsonObject]) -> str:
    n_tasks = len(plan["tasks"])
    title = f"{_suite(plan)} {plan['suite_version']}, {n_tasks} task{'s' if n_tasks > 1 else ''}"
    own, others = _traits(plan), [_traits(other) for other in same_suite]
    names = dict.fromkeys(name for traits in others for name in traits)
    differing = [name for name in names if len({traits.get(name) for traits in others}) > 1]
    told = [f"{name} {own.get(name, 'not set')}" for name in differing]
    digest = plan["suite_hash"][:19]
    return f"{title}  ({'; '.join([*told, digest])})"


def _suite(plan: JsonObject) -> str:
    return f"{plan['domain']}/{plan['suite']}"


def _traits(plan: JsonObject) -> Mapping[str, str]:
    """Return what may differ between runs of one suite, each by a name that reads well before it."""
    options = {f"option {name}": value for name, value in plan["suite_extra"].items()}
    options |= {f"option {name}": "kept secret" for name in plan.get("suite_secret", ())}
    settings = {f"setting {name}": str(value) for name, value in plan["suite_settings"].items()}
    view = {"as published": "yes"} if plan["suite_as_published"] else {}
    data = {"data": plan["suite_data"]} if plan["suite_data"] else {}
    limits = {
        f"limit {name}": f"{value:g}" for name, value in plan.get("limits", {}).items() if value is not None
    }
    return {"tasks": _tasks(plan), **data, **view, **options, **settings, **limits}


def _tasks(plan: JsonObject) -> str:
    names = [task["id"] for task in plan["tasks"]]
    if len(names) <= _NAMED_TASKS:
        return ", ".join(names)
    return f"{names[0]}, {names[1]}, ..., {names[-1]}"
