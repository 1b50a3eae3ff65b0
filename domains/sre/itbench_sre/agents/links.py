"""How strongly a change and a symptom belong together, and in what words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from itbench_sre.agents.changes import Change, changed_lines
from itbench_sre.agents.gravity import NO_GRAVITY, is_workload
from itbench_sre.agents.names import contains_words, host_name, mentions, words_of
from itbench_sre.agents.symptoms import Symptom

_S = 1_000_000_000
# What a caller says of its own side of a failed call.
_CALLER_SIDE = re.compile(
    r"\bpool\b|no such host|lookup|name resolution|could not resolve|certificate|password|noauth|credential",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]{4,}")
_PARTS = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+(?![a-z])")
_COMMON_WORDS = {
    "data", "config", "conf", "json", "yaml", "value", "name", "spec", "template", "container", "demo", "default", "properties",
    "error", "failed", "call", "true", "false", "http", "from", "with", "this", "that", "code", "server", "service", "client",
}  # fmt: skip
_LEAST_VALUE_LENGTH = 5
_LEAST_PORT = 1024


@dataclass(frozen=True, slots=True)
class Link:
    """Why a symptom may come from a change; 1 is weak, 4 is named outright."""

    strength: float
    reason: str


@dataclass(slots=True)
class Suspect:
    """A change with what must be known of it to link it.

    Attributes:
        targets: workloads that it acts upon.
        addressed: workloads that a new one is told to talk to.
        settings: workloads that the changed settings are named after, as `cartFailure` is after `cart`.
    values: what the change brought, as it might show in messages.
        words: words of the changed places.
        is_held_back: whether its workload is kept from running by another named object.
    """

    change: Change
    targets: set[str] = field(default_factory=set)
    addressed: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    is_held_back: bool = False


def find_link(suspect: Suspect, symptom: Symptom) -> Link | None:
    """Return the strongest link of a change to a symptom, if any."""
    change = suspect.change
    if names_outright(change, symptom):
        return Link(4.0, f"the message names {change.id.name}")
    link = _by_value(suspect, symptom) or _by_place(suspect, symptom)
    if link is None:
        return None
    shared = sorted(suspect.words & words(symptom.text))
    strength = link.strength + (1.5 if shared and not is_workload(change.id.kind) else 0.5 if shared else 0.0)
    if change.gravity <= NO_GRAVITY:
        strength *= 0.25
    if suspect.is_held_back:
        strength *= 0.3
    return Link(strength, link.reason + (f", with {shared[0]!r} in both" if shared else ""))


def names_outright(change: Change, symptom: Symptom) -> bool:
    """Tell whether a symptom's text names the object; workloads are named in any message about them."""
    return (
        not is_workload(change.id.kind)
        and change.what != "experiment"
        and mentions(symptom.text, change.id.name)
        and (change.id.name not in {symptom.workload, symptom.peer})
    )


def timing(change: Change, symptom: Symptom) -> float:
    """Return how well the time fits: 1 shortly before the symptom began, 0 after it."""
    lead_s = (symptom.onset_ns - change.time_ns) / _S
    if lead_s < -60:
        return 0.0
    if change.until_ns is not None and symptom.onset_ns > change.until_ns + 60 * _S:
        return 0.0
    if lead_s <= 240:
        return 1.0
    return max(0.3, 1.0 - (lead_s - 240) / 900)


def named_settings(change: Change, names: Iterable[str]) -> set[str]:
    """Return the workloads among `names` that a changed place of a configuration is named after."""
    if is_workload(change.id.kind):
        return set()
    paths = [words_of(place.path) for place in change.differences]
    return {name for name in names if any(contains_words(path, name) for path in paths)}


def new_values(change: Change) -> set[str]:
    """Return what a change brought that messages might repeat: hosts, images, programs, ports."""
    found: set[str] = set()
    for place in change.differences:
        value = place.after
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and value >= _LEAST_PORT
            and "ort" in place.path
        ):
            found.add(f":{value}")
        for text in _texts(value):
            found |= {part for part in (text, host_name(text)) if len(part) >= _LEAST_VALUE_LENGTH}
        found -= {part for text in _texts(place.before) for part in (text, host_name(text))}
    return found


def changed_words(change: Change) -> set[str]:
    """Return the words of the changed places, in the singular."""
    found: set[str] = set()
    for place in change.differences:
        found |= words(place.path) | words(changed_lines(place.after, place.before)[:2000])
    return found


def words(text: str) -> set[str]:
    """Return the longer words of a text in lower case and the singular, the commonest left out."""
    parts = (part for word in _WORD.findall(text) for part in _PARTS.findall(word))
    return {part.lower().removesuffix("s") for part in parts if len(part) > 3} - _COMMON_WORDS


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return [value.strip()] if len(value) < 200 and "\n" not in value else []
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return []


def _by_value(suspect: Suspect, symptom: Symptom) -> Link | None:
    for value in sorted(suspect.values, key=lambda value: (-len(value), value)):
        if value in {symptom.workload, symptom.peer}:
            continue
        if mentions(symptom.text, value) or (value.startswith(":") and value in symptom.text):
            return Link(3.5, f"the message holds its new value {value!r}")
    return None


def _by_place(suspect: Suspect, symptom: Symptom) -> Link | None:
    change, ends = suspect.change, suspect.targets
    if change.what == "experiment":
        return _by_experiment(suspect, symptom)
    if symptom.source == "events":
        return Link(3.0, f"pods of {symptom.workload} complain") if symptom.workload in ends else None
    if symptom.peer and symptom.peer in ends:
        return Link(3.0 if change.id.kind == "NetworkPolicy" else 2.5, f"calls to {symptom.peer} fail")
    if symptom.workload in ends:
        if not symptom.peer:
            return Link(2.5, f"{symptom.workload} fails by itself")
        return Link(2.8 if _CALLER_SIDE.search(symptom.text) else 1.8, f"{symptom.place} fails at the caller")
    named = suspect.settings & {symptom.workload, symptom.peer}
    if named:
        return Link(2.2, f"the changed setting is named after {min(named)}")
    shared = suspect.addressed & {symptom.workload, symptom.peer}
    if change.what == "created" and shared:
        return Link(2.2, f"the new {change.id.name} uses {min(shared)} too")
    return None


def _by_experiment(suspect: Suspect, symptom: Symptom) -> Link | None:
    ends = {end for end in (symptom.workload, symptom.peer) if end}
    hit = {end for end in ends if end in suspect.targets}
    named = {end for end in ends if contains_words(suspect.change.id.name, end)}
    if not hit and not named:
        return None
    both = len(ends) == 2 and ends == hit | named
    return Link(
        3.5 if both else 2.5 if hit else 1.5, f"the experiment is about {', '.join(sorted(hit | named))}"
    )
