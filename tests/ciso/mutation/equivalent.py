"""Mutants that mean the same as the policy that they were made of: why, by classes.

A class excuses only a mutant that no variant kills; `run.py --soak` then tries it on 2,000 more clusters.
"""

import re
from dataclasses import dataclass

from rego_mutants import Mutant


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Mutants of some kinds, at some places, and why they are equivalent.

    Attributes:
        reason: why no cluster can show a difference.
        kind: pattern of the kinds of mutants.
        place: pattern that is found in the place of the mutant.
    """

    reason: str
    kind: str
    place: str


_RBAC_KIND = r"(binding|role|other|binding\.roleRef)"
_ENUMERATED = r"(subject|request|account|secret|spec\.secretStoreRef)"

REGO = (
    Equivalence(
        "A count is never below zero.",
        "operator swapped|number changed",
        r"count\(.*\) == 0 .*=>.*count\(.*\) <= 0|count\(names\) > 0",
    ),
    Equivalence(
        "In a list that is absent or null nothing is found either way.",
        "condition dropped|else dropped",
        r"is_array\(value\)|else := \[\]",
    ),
    Equivalence(
        "In which order alternatives are tried makes no difference, but where the first one that is there decides.",
        "order reversed",
        r"^(?!.*(serviceAccountName|\[container, spec\]))",
    ),
    Equivalence(
        "A kind of this API group, or of what a reference or subject may name, is one of a few that Kubernetes lists; "
        "none of them begins, ends or goes on like the one that is asked for and reaches this line.",
        "equality loosened",
        rf"({_RBAC_KIND}|{_ENUMERATED})\.kind == ",
    ),
    Equivalence(
        "No other kind of this API group begins, ends or goes on like this one.",
        "equality loosened",
        r'policy\.kind == "NetworkPolicy"|resource\.kind == "Namespace"|external\.kind == "ExternalSecret"',
    ),
    Equivalence(
        "No other kind of workload begins, ends or goes on like the exempt one.",
        "equality loosened",
        r'resource\.kind == "(Deployment|DaemonSet)"',
    ),
    Equivalence(
        "The core API group has no other version, and networking.k8s.io has no other kind of this name.",
        "equality loosened",
        r'apiVersion == "v1"',
    ),
    Equivalence(
        "The API group of roles has four kinds: only bindings have roleRef and subjects, only roles have rules.",
        "element added|condition dropped",
        r"(binding|role)\.kind in \{",
    ),
    Equivalence(
        "This API group has no such kind, or its objects have no pod spec.",
        "element added",
        r'^"(v1|apps/v1|batch/v1)": \{',
    ),
    Equivalence(
        "A ClusterRole lies in no namespace, so that it cannot be taken for the exempt Role.",
        "condition dropped",
        r'role\.kind == "Role"',
    ),
    Equivalence(
        "Only this kind of its API group has the field that is asked for next.",
        "condition dropped",
        r'(secret\.kind == "Secret"|account\.kind == "ServiceAccount"|request\.kind == "CertificateSigningRequest")',
    ),
    Equivalence(
        "A ClusterRoleBinding can name ClusterRoles only.",
        "condition dropped",
        r'binding\.roleRef\.kind == "ClusterRole"',
    ),
    Equivalence(
        "Where the list is empty, its first element is undefined, and the next rule, which says `default`, holds.",
        "condition dropped|number changed|operator swapped",
        r"count\(names\) > 0",
    ),
    Equivalence(
        "An object without a namespace lies in `default`, which no task exempts; by any other name that is not exempt, or "
        "by none, it is judged alike.",
        "condition dropped|text changed|word swapped|else dropped",
        r'else := "default"|is_string\(resource\.metadata\.namespace\)',
    ),
    Equivalence(
        "Nothing can be got from what is no object, so that the next line is undefined for it too.",
        "condition dropped",
        r"is_object\(volume\.hostPath\)\n\tnot object\.get\(volume\.hostPath,",
    ),
    Equivalence(
        "No other list of a pod spec has entries with this field.",
        "condition dropped",
        r'some field in \["containers", "initContainers", "ephemeralContainers"\]',
    ),
    Equivalence(
        "A list with any element has a first one.",
        "only one looked at",
        r"some _ in container\.securityContext",
    ),
    Equivalence(
        "Without a path or an image there is none that is allowed, whatever text stands for it that is not allowed either.",
        "text changed",
        r'object\.get\((volume\.hostPath, "path"|container, "image"), ""\)',
    ),
    Equivalence(
        "Any negative length means up to the end of the text.",
        "number changed",
        r"substring\(image, .*, -1\).*-2\)",
    ),
    Equivalence(
        "No image has a second tag before the digest, which alone would let the pattern begin later.",
        "pattern not anchored",
        r"sha256:\[0-9a-f\]\{64\}",
    ),
    Equivalence(
        "A seccomp profile is of one of three types, none of which contains another's name.",
        "equality loosened",
        r'profile\.type == "Localhost"',
    ),
    Equivalence(
        "An API server serves no other version of this API group, and none is in the files.",
        "one version only",
        "",
    ),
    Equivalence("A container that lists no ports takes none.", "condition added", r"container\.ports$"),
    Equivalence("A group has no namespace.", "condition added", r"not subject\.namespace$"),
    Equivalence("What is placed has a namespace.", "condition added", r"some resource in placed\n"),
    Equivalence(
        "The namespace `default`, in which an object without a namespace lies, is declared wherever there is one.",
        "condition added",
        r"some resource in input\.resources\n.*metadata, \"namespace\"",
    ),
)
CEL = (
    Equivalence(
        "The policy is matched with a few kinds only; none of the others begins, ends or goes on like this one.",
        "equality loosened",
        r"object\.kind\[ == .* => \.(startsWith|endsWith|contains)",
    ),
    Equivalence("An API server serves no other version of these API groups.", "apiVersions widened", ""),
    Equivalence(
        "A cluster that is made from manifests is created; what it has is updated by subresources only, and never deleted.",
        "one of operations dropped|operations widened",
        "UPDATE",
    ),
    Equivalence(
        "The other resources of the API group do not have the fields that the policy looks at.",
        "resources widened",
        "",
    ),
    Equivalence("No expression fails on an object that can be created.", "failures ignored", ""),
    Equivalence(
        "What stands for an absent field is none of the values that the policy asks for, before the change and after it; "
        "or an API server fills the field in.",
        "text changed|number changed",
        r"""orValue\((\{?"[^"]*"?(: "[^"]*)?)?\[""",
    ),
    Equivalence(
        "An operating system, a type of a profile or of a store is one of a few that Kubernetes lists, none of which "
        "contains another's name.",
        "equality loosened",
        r'os\.\?name\.orValue\(""\)\[|profile\.type\[|secretStoreRef\.\?kind',
    ),
    Equivalence(
        "The ephemeral containers say nothing of these fields of the pod, by which its creation is judged.",
        "one of resources dropped",
        "resources pods/ephemeralcontainers",
    ),
    Equivalence(
        "An ExternalSecret has neither a type nor values, and an expression that fails denies.",
        "word or operator swapped|operand dropped",
        r'variables\.isExempt ?\|?\|?.*\[.*(object\.(kind|name))? ?!= "Secret"|object\.\[kind => name\] != "Secret"',
    ),
    Equivalence(
        "Kubernetes forbids procMount in pods for Windows, where it is therefore absent.",
        "operand dropped",
        r"\[variables\.isForWindows \|\| => \]|isForWindows.*procMount",
    ),
    Equivalence(
        "Decoding a Secret puts stringData into data, so that no object that is admitted has stringData.",
        "operand dropped",
        r"\[&& object\.\?stringData\.orValue\(\{\}\)\.size\(\) == 0 => \]",
    ),
)


def reason_for(mutant: Mutant) -> str | None:
    """Return why a mutant that no variant kills is equivalent, or None if there is no reason."""
    for each in (*REGO, *CEL):
        if re.fullmatch(each.kind, mutant.kind) and re.search(each.place, mutant.place):
            return each.reason
    return None
