"""How the truth names objects, after the conventions of the published truths."""

import re
from collections.abc import Iterable

from itbench_sre.world.mechanisms.change import Name
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of


def exact(ref: Ref) -> Name:
    """Return the name of an object that is called just so."""
    return Name(kind=ref.kind, namespace=ref.namespace, name=ref.name, pattern=rf"{re.escape(ref.name)}\b")


def generated(ref: Ref, prefix: str) -> Name:
    """Return the name of an object whose name continues `prefix` by what a controller made up."""
    return Name(
        kind=ref.kind, namespace=ref.namespace, name=prefix, pattern=rf"{re.escape(prefix)}-[a-z0-9]+"
    )


def of_workload(body: JsonObject, others: Iterable[str]) -> tuple[Name, Name]:
    """Return the names of a workload and of its pods; `others` are workloads whose names may begin alike."""
    ref = ref_of(body)
    rests = sorted(name[len(ref.name) + 1 :] for name in others if name.startswith(f"{ref.name}-"))
    but = f"(?!(?:{'|'.join(map(re.escape, rests))})-)" if rests else ""
    pods = Name(kind="Pod", namespace=ref.namespace, name=ref.name, pattern=f"{re.escape(ref.name)}-{but}.*")
    return exact(ref), pods
