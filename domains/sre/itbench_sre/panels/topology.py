"""The incident as its truth tells it: root causes, the way of the failure, and what was named."""

from collections.abc import Iterator

from itbench import JsonObject, PanelEdge, PanelGraph, PanelNode, Score, Tone
from itbench_sre.panels.words import ROOT, scored_names, word_of
from itbench_sre.scoring.matching import Matcher
from itbench_sre.truth import Group, Truth
from itbench_sre.truth.naming import stem

_PATH, _BESIDE = "on the path", "beside the path"
_CHANGES = {"trigger": "trigger", "innocent": "innocent change"}


def topology(truth: Truth, score: Score | None) -> PanelGraph:
    """Return the objects of an incident with what the answer named, right or wrong."""
    named = scored_names(score)
    groups = {group.id: group for group in truth.groups}
    found = {str(each.get("group_id")) for each in named if each.get("is_root_cause")}
    # Of each root, whether any of its groups was named: finding one of them finds it.
    roots = {id_: bool(root.ids & found) for root in Matcher(truth).roots for id_ in root.ids}
    on_path = {end for step in truth.propagations for end in (step.source, step.target)}
    by_group: dict[str, list[JsonObject]] = {}
    for each in named:
        by_group.setdefault(str(each.get("group_id")), []).append(each)
    shown = [id_ for id_ in groups if id_ in on_path or id_ in roots or id_ in by_group]
    nodes = [_node(groups[id_], by_group.get(id_, []), roots.get(id_), id_ in on_path) for id_ in shown]
    nodes += [
        PanelNode(id=end, label=end, kind=_PATH) for end in sorted(on_path - set(groups))
    ]  # Some truths tell of steps to what they do not list.
    nodes += [_other(each) for each in named if str(each.get("group_id")) not in groups]
    nodes += _changes(truth, {str(each.get("name")).lower() for each in named})
    edges = [
        PanelEdge(
            source=step.source,
            target=step.target,
            note="; ".join(filter(None, (step.condition, step.effect))),
        )
        for step in truth.propagations
    ]
    return PanelGraph(title="What happened, and what was named", nodes=tuple(nodes), edges=tuple(edges))


def _node(group: Group, named: list[JsonObject], is_found: bool | None, is_on_path: bool) -> PanelNode:
    """Return a node; `is_found` is None of what is no root cause."""
    what, tone = _what(named, is_found, is_on_path)
    place = f"{group.namespace}/" if group.namespace else ""
    return PanelNode(
        id=group.id,
        label=f"{group.kind}/{stem(group)}",
        kind=what,
        tone=tone,
        note="; ".join(
            [f"{place}{group.kind}/{stem(group)}", *(f"named as {each.get('name')}" for each in named)]
        ),
    )


def _what(named: list[JsonObject], is_found: bool | None, is_on_path: bool) -> tuple[str, Tone]:
    if any(each.get("is_root_cause") for each in named):
        return f"{ROOT}, named", "good"
    if named:
        return f"named: {word_of(named[0])}", "warning"
    if is_found is not None:
        return (f"{ROOT}, found", "good") if is_found else (f"{ROOT}, missed", "bad")
    return (_PATH, "accent") if is_on_path else (_BESIDE, "muted")


def _other(entity: JsonObject) -> PanelNode:
    name = str(entity.get("name"))
    place, _, rest = name.partition("/")
    return PanelNode(
        id=f"named {name}",
        label=rest or place,
        kind=f"named: {word_of(entity)}",
        tone="warning",
        note=name,
    )


def _changes(truth: Truth, named: set[str]) -> Iterator[PanelNode]:
    """Yield the changes that are no root cause and that nobody named."""
    for number, change in enumerate(truth.changes):
        if change.role not in _CHANGES or not change.names:
            continue
        first = change.names[0]
        label = f"{first.kind}/{stem(first)}"
        if f"{first.namespace or ''}/{label}".lower() not in named:
            yield PanelNode(
                id=f"change {number}",
                label=label,
                kind=_CHANGES[change.role],
                tone="muted",
                note="; ".join(filter(None, (change.mechanism, change.condition))),
            )
