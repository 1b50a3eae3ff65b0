"""From generated Kubernetes names back to the workload that somebody wrote."""

import re
from functools import lru_cache

# Kubernetes draws generated parts from these, which cannot spell a word; older or other makers use hexadecimals.
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_HASH = rf"(?:{_RANDOM}{{6,10}}|(?=[0-9a-z]*\d)[0-9a-z]{{6,10}})"
_FIVE = rf"(?:{_RANDOM}{{5}}|(?=[0-9a-z]*\d)[0-9a-z]{{5}})"
_POD_PARTS = (
    re.compile(rf"-(?:{_HASH}|\d{{8}})-[0-9a-z]{{5}}$"),
    re.compile(rf"-{_FIVE}$"),
    re.compile(r"-\d{1,4}$"),
)
_TEMPLATE_HASH = re.compile(rf"-{_HASH}$")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_JOB_TIME = re.compile(r"-\d{8}$")


@lru_cache(maxsize=4096)
def workload_name(kind: str, name: str) -> str:
    """Return the name of the workload that an object belongs to, its own name if it is not generated."""
    if kind == "Pod":
        for part in _POD_PARTS:
            if part.search(name):
                return part.sub("", name)
    if kind == "ReplicaSet":
        return _TEMPLATE_HASH.sub("", name)
    if kind == "Job":
        return _JOB_TIME.sub("", name)
    return name


def words_of(path: str) -> str:
    """Return the words of a path or of a camel-case name in lower case with dashes between."""
    return "-".join(part.lower() for part in _PART.findall(path))


def host_name(address: str) -> str:
    """Return the first label of the host in an address such as `http://quote.otel-demo:8080/path`; empty for an IP."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", address.strip().lower())
    host = re.split(r"[/:?,\s]", host.rpartition("@")[2], maxsplit=1)[0]
    return "" if re.fullmatch(r"[\d.]*", host) else host.partition(".")[0]


def mentions(text: str, name: str) -> bool:
    """Tell whether a text names something as a whole word, so that `ad` is not found in `load-generator`."""
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def contains_words(name: str, words: str) -> bool:
    """Tell whether a dashed name holds another one, as `shop-cart-valkey-delay` holds `cart`."""
    return bool(words) and f"-{words}-" in f"-{name}-"
