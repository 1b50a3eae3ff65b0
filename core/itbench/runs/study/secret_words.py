"""Finds in a study file what looks like a key: a file is kept, shared and committed, so it may hold none."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from itbench.runs.study.nodes import Node
from itbench.text.redaction import Redactor, clean_words, environment_redactor, is_named_like_a_secret

# As the providers of models and of hosting document the form of their keys.
_KEY = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bhf_[A-Za-z0-9]{20,}|\bAIza[\w-]{30,}|\bxox[abprs]-[\w-]{10,}|\bgsk_[A-Za-z0-9]{20,}|\bxai-[A-Za-z0-9]{20,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.|-----BEGIN [A-Z ]*PRIVATE KEY|\b[Bb]earer [\w.~+/-]{16,}"
)
_OPTION = re.compile(r"[:,](?P<name>[^=,:]+)=(?P<value>[^,]+)")


def secret_words(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the path and the node of each value that looks like a key or a password."""
    redactor = environment_redactor()
    for path, key, node in root.scalars():
        text = node.written or ""
        if _is_secret(key, text, redactor) or _is_of_a_secret_option(path, text):
            yield path, node
    yield from _arguments(root)


def _is_secret(key: str, text: str, redactor: Redactor) -> bool:
    is_named = is_named_like_a_secret(key) and text.lower() not in {"", "true", "false", "null"}
    return is_named or _KEY.search(text) is not None or redactor.text(text) != text or _has_password(text)


def _has_password(text: str) -> bool:
    try:
        return "://" in text and urlsplit(text).password is not None
    except ValueError:
        return False  # It is refused where it is used.


def _is_of_a_secret_option(path: str, text: str) -> bool:
    """Tell whether an agent in one text, as `--agent` takes it, has an option that is named like a secret."""
    if not path.startswith(("$.agents", "$.suites")):
        return False
    return any(is_named_like_a_secret(found["name"].strip()) for found in _OPTION.finditer(text))


def _arguments(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the words that stand behind an option of a program which is named like a secret."""
    for path, around in _lists_of_arguments(root):
        nodes = around.items or []
        words = [node.written or "" for node in nodes]
        for at, (word, cleaned) in enumerate(zip(words, clean_words(words, Redactor()), strict=True)):
            if word != cleaned:
                yield f"{path}[{at}]", nodes[at]


def _lists_of_arguments(root: Node) -> Iterator[tuple[str, Node]]:
    agents = root.at(("agents",)).items or []
    for at, agent in enumerate(agents):
        found = (agent.entries or {}).get("arguments")
        if found is not None and found.items is not None:
            yield f"$.agents[{at}].arguments", found
