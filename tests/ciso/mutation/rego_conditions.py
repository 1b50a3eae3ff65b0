"""Policies in Rego that ask for more than they should: of what is looked at, or of what counts as being there.

Somebody who writes a check adds such conditions in good faith: a volume counts only where it is mounted, a peer only if it is
not everybody, a version only if it is the usual one.
"""

import re
from collections.abc import Iterator, Mapping

from rego_mutants import Mutant, replaced

# By what is counted: of which elements somebody may think that they do not count.
_UNCOUNTED: Mapping[str, tuple[str, ...]] = {
    "peers": (
        'each != {"namespaceSelector": {}}',
        'each != {"podSelector": {}}',
        'object.get(each, ["ipBlock", "cidr"], "") != "0.0.0.0/0"',
        "not each.ipBlock",
        'not each.ipBlock["except"]',
        "not each.namespaceSelector",
    ),
    "ports": ("each != {}", "each.port", "each.protocol", "not each.endPort", "is_number(each.port)"),
}
_HOLDERS = ("spec.containers", 'array.concat(spec.containers, object.get(spec, "initContainers", []))')
_MOUNTED = "some holder in {}\n{}some mount in holder.volumeMounts\n{}mount.name == {}.name"
# By the name of what is looked at: what somebody may ask of it as well.
_ASKED: Mapping[str, tuple[str, ...]] = {
    "resource": ('object.get({}.metadata, "namespace", null) != null', "not {}.spec.replicas == 0"),
    "policy": ('object.get({}.metadata, "namespace", null) != null', "{}.spec.policyTypes"),
    "role": ('count(listed({}, "rules")) < 2', "not {}.aggregationRule"),
    "binding": ('count(listed({}, "subjects")) == 1', '{}.roleRef.apiGroup == "rbac.authorization.k8s.io"'),
    "rule": ('count(listed({}, "verbs")) < 2', 'count(listed({}, "resources")) < 2', 'count(listed({}, "apiGroups")) < 2'),
    "subject": ('{}.apiGroup == "rbac.authorization.k8s.io"', "not {}.namespace"),
    "container": ("not {}.restartPolicy", "not {}.targetContainerName", "{}.ports", "{}.volumeMounts"),
    "volume": ("not {}.secret.optional", "not {}.secret.items", "not {}.secret.defaultMode", "{}.hostPath.type"),
    "source": ("not {}.serviceAccountToken.audience", "{}.serviceAccountToken.expirationSeconds"),
    "account": ('object.get({}.metadata, "namespace", null) != null',),
    "port": ("{}.protocol", "not {}.name"),
    "variable": ("not {}.valueFrom.secretKeyRef.optional",),
    "entry": ("not {}.valueFrom.secretKeyRef.optional", "not {}.secretRef.optional", "not {}.prefix"),
}  # fmt: skip
_LOOP = re.compile(r"^(?P<indent>\t+)some (?:\w+, )?(?P<name>\w+) in (?P<list>[^{}\n]+)$", re.MULTILINE)
_COUNTED = re.compile(
    r"count\((?P<list>listed\([^()]*(?:\[[^\]]*\])?[^()]*\)|[a-z]\w*(?:\.\w+)+)\) (?:==|>|!=) 0"
)
_GROUP = re.compile(r'startswith\((?P<of>[\w.]+), "(?P<group>[a-z.0-9]+/)"\)')


def narrowed(text: str) -> Iterator[Mutant]:
    """Yield mutants with one condition more."""
    yield from _loops(text)
    yield from _counts(text)
    yield from _versions(text)


def _loops(text: str) -> Iterator[Mutant]:
    """Ask something of each thing that is looked at."""
    for match in _LOOP.finditer(text):
        name, indent = match["name"], match["indent"]
        if name in {"rule", "resource"} and re.search(r"policy\.|listed\(rule", match["list"]):
            continue
        rest = text[match.end() : text.find("\n}", match.end())]
        asked = [
            each.format(name) for each in _ASKED.get(name, ()) if _is_about(each.format(name), name, rest)
        ]
        if name == "volume":
            asked += [_MOUNTED.format(holders, indent, indent, name) for holders in _HOLDERS]
        for condition in asked:
            new = f"{match[0]}\n{indent}{condition}"
            yield replaced("condition added", text, match.start(), match.end(), new)


def _is_about(condition: str, name: str, rest: str) -> bool:
    """Tell whether a condition on a part of something is about the part that the rule looks at, where there are several."""
    if "replicas" in condition:
        return "pod_spec(" in rest or "is_workload(" in rest
    part = re.search(rf"{name}\.(secret|serviceAccountToken|hostPath|valueFrom|secretRef)\b", condition)
    return part is None or part[0] in rest


def _counts(text: str) -> Iterator[Mutant]:
    """Count only some of what is listed."""
    for match in _COUNTED.finditer(text):
        words = re.findall(r"\w+", match["list"])
        for condition in (each for word in words for each in _UNCOUNTED.get(word, ())):
            new = match[0].replace(match["list"], f"[each | some each in {match['list']}; {condition}]", 1)
            yield replaced("condition of what counts", text, match.start(), match.end(), new)


def _versions(text: str) -> Iterator[Mutant]:
    """Take one version of an API group for all of them."""
    for match in _GROUP.finditer(text):
        for version in ("v1", "v1beta1"):
            new = f'{match["of"]} == "{match["group"]}{version}"'
            yield replaced("one version only", text, match.start(), match.end(), new)
