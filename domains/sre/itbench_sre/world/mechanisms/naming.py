"""How the truth names objects, after the conventions of the published truths."""

import re
from collections.abc import Iterable

from itbench_sre.world.mechanisms.change import Name
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

_RANDOM = "[2-9bcdfghjklmnpqrstvwxz]{5}"
_SUFFIXES = {"Deployment": f"[4-9bcdf]{{6,10}}-{_RANDOM}", "StatefulSet": "[0-9]+", "DaemonSet": _RANDOM}


def exact(ref: Ref) -> Name:
    """Return the name of an object that is called just so."""
    return Name(kind=ref.kind, namespace=ref.namespace, name=ref.name, pattern=rf"{re.escape(ref.name)}\b")


def generated(ref: Ref, prefix: str) -> Name:
    """Return the name of an object whose name continues `prefix` by what a controller made up."""
    return Name(
        kind=ref.kind, namespace=ref.namespace, name=prefix, pattern=rf"{re.escape(prefix)}-[a-z0-9]+"
    )


def of_workload(body: JsonObject, others: Iterable[str]) -> tuple[Name, Name]:
    """Return the names of a workload and of its pods; `others` are workloads whose names may have the same beginning."""
    ref = ref_of(body)
    # Filters are matched in linear time, without look-ahead; where a longer name has the same beginning, suffixes are spelled out.
    is_alone = not any(name.startswith(f"{ref.name}-") for name in others)
    rest = ".*" if is_alone else _SUFFIXES[ref.kind]
    pods = Name(kind="Pod", namespace=ref.namespace, name=ref.name, pattern=f"{re.escape(ref.name)}-{rest}")
    return exact(ref), pods
