"""Fingerprints of tasks: a public one of what an agent sees, a private one of what only the scoring may see.

The private one is keyed with the truth's own canary, which lies nowhere but in the truth: from a run file,
a truth can be neither read nor guessed; with the truths at hand, it can be checked that they are the same.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence

from itbench.host.digests import FileDigests
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.workspace import Input


def content_hash(
    document: str, inputs: Sequence[Input], digests: FileDigests, options: JsonObject | None = None
) -> str:
    """Return `sha256:...` of what an agent is told and shown.

    Args:
        document: the task as JSON.
        inputs: of the task; path and content of each count.
        digests: of files.
        options: those of the suite that decide more than where its data lies.
    """
    shown = [(entry.path, digests.digest(entry.source)) for entry in inputs]
    return hash_of_shown(document, shown, options)


def hash_of_shown(document: str, inputs: Iterable[tuple[str, str]], options: JsonObject | None = None) -> str:
    """Return the same of path and SHA-256 of each input."""
    seen = hashlib.sha256(document.encode())
    if options:
        seen.update(json.dumps({"options": options}, sort_keys=True).encode())
    for path, digest in sorted(inputs, key=lambda entry: entry[0]):
        seen.update(json.dumps([path, digest]).encode())
    return f"sha256:{seen.hexdigest()}"


def first_content_hash(
    document: str, inputs: Sequence[Input], hidden: Sequence[Input], digests: FileDigests
) -> str:
    """Return the hash of runs whose plan has `hash_version` 1: hidden files count too, options do not."""
    seen = hashlib.sha256(document.encode())
    for part in [*_parts(inputs, digests), *_parts(hidden, digests)]:
        seen.update(part)
    return f"sha256:{seen.hexdigest()}"


def private_hash(
    truth: JsonObject, hidden: Sequence[Input], digests: FileDigests, setup: JsonObject | None = None
) -> str:
    """Return `hmac-sha256:...` of a truth, of path and content of each hidden file, and of what is planted besides.

    It is keyed with the truth's canary.
    """
    seen = hmac.new(truth["canary"].encode(), json.dumps(truth, sort_keys=True).encode(), hashlib.sha256)
    for part in _parts(hidden, digests):
        seen.update(part)
    if setup:
        seen.update(json.dumps({"setup": setup}, sort_keys=True).encode())
    return f"hmac-sha256:{seen.hexdigest()}"


def deciding_options(suite: Suite, options: SuiteOptions) -> JsonObject:
    """Return the options that decide more than where the data of a suite lies."""
    found: JsonObject = {key: value for key, value in options.extra.items() if key not in suite.data_options}
    return found | ({"as_published": True} if options.as_published else {})


def suite_hash(content_hashes: Iterable[str]) -> str:
    """Return `sha256:...` of all content hashes, whatever their order."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(content_hashes)).encode()).hexdigest()


def _parts(entries: Sequence[Input], digests: FileDigests) -> list[bytes]:
    ordered = sorted(entries, key=lambda entry: entry.path)
    return [json.dumps([entry.path, digests.digest(entry.source)]).encode() for entry in ordered]
