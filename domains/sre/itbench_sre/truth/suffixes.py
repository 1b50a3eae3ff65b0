"""Takes off the suffixes that Kubernetes and Chaos Mesh generate."""

import re
from functools import lru_cache
from typing import Final

from itbench_sre.truth.kinds import GENERATED_NAME_KINDS, is_chaos_kind

# A ReplicaSet's hash is of ten letters (k8s.io/apimachinery/pkg/util/rand, SafeEncodeString), and nearly always has a digit; of
# older clusters it is hexadecimal or without vowels. A pod's last letters have no vowels. So `frontend-proxy` keeps its `proxy`.
_HASH: Final = r"(?:[4-9bcdf]{8,10}|(?=[a-z]*[0-9])(?:[0-9a-f]{6,10}|[0-9bcdfghjklmnpqrstvwxz]{6,10}))"
_RANDOM: Final = r"[2-9bcdfghjklmnpqrstvwxz]{5}"
_GENERATED: Final = {
    "pod": (rf"(.+)-{_HASH}-[a-z0-9]{{5}}", rf"(.+)-{_RANDOM}", r"(.+)-[0-9]{1,3}", rf"(.+)-{_HASH}"),
    "replicaset": (rf"(.+)-{_HASH}",),
}
_SPAWNED: Final = (rf"(.+)-(?:{_RANDOM}|(?=[a-z]*[0-9])[a-z0-9]{{5}})",)
TYPICAL_POD_SUFFIX: Final = "-7d9c8b6f5d-x7k2p"


def bare_name(kind: str, name: str) -> str:
    """Give a name without its generated suffixes; the kind is in lower case."""
    return names_borne(kind, name)[-1]


@lru_cache(maxsize=8_192)
def names_borne(kind: str, name: str) -> tuple[str, ...]:
    """Give the names an object goes by: its own and, the last one shortest, those without generated suffixes."""
    if kind not in GENERATED_NAME_KINDS and not is_chaos_kind(kind):
        return (name,)
    names = [name]
    for pattern in _GENERATED.get(kind, _SPAWNED):
        found = re.fullmatch(pattern, name)
        if found and found[1] not in names:
            names.append(found[1])
    return tuple(sorted(names, key=len, reverse=True))
