#!/usr/bin/env python3
"""Answers `kubectl get`, `describe` and `logs` from a recording; runs in the sandbox, so it needs the standard library alone."""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SHORT = {
    "po": "pods", "svc": "services", "deploy": "deployments", "sts": "statefulsets", "ds": "daemonsets", "cm": "configmaps",
    "pvc": "persistentvolumeclaims", "rs": "replicasets", "ing": "ingresses", "netpol": "networkpolicies",
    "sa": "serviceaccounts", "ep": "endpoints", "pv": "persistentvolumes", "ns": "namespaces", "no": "nodes",
    "sc": "storageclasses", "ev": "events", "quota": "resourcequotas",
}  # fmt: skip
WITH_VALUE = {
    "-n": "namespace", "--namespace": "namespace", "-o": "output", "--output": "output", "-l": "selector", "--selector": "selector",
    "-c": "container", "--container": "container", "--tail": "tail", "--sort-by": "sort",
}  # fmt: skip
SWITCHES = {"--show-labels": "labels", "-p": "previous", "--previous": "previous"}
CLUSTER = ("namespace", "node", "persistentvolume", "storageclass")
POD_ENDS = (r"-[a-z0-9]{6,10}-[a-z0-9]{5}$", r"-\d+$")
USAGE = (
    "error: this kubectl answers from a recording, which has no answer to this command line\n"
    "It knows: kubectl get KIND [NAME] [-n NAMESPACE] [-o wide|yaml] [--show-labels] [-l KEY=VALUE], "
    "kubectl describe KIND NAME [-n NAMESPACE], kubectl logs POD [-n NAMESPACE] [-c istio-proxy] [--previous] [--tail LINES]"
)


def parse(words: Iterable[str]) -> tuple[list[str], dict[str, str]] | None:
    """Return the words and the options of a command line; None where an option is not known."""
    plain: list[str] = []
    options: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name, joined, value = word.partition("=")
        if word[:2] in ("-n", "-o", "-l", "-c") and len(word) > 2:
            name, joined, value = word[:2], "=", word[2:].lstrip("=")
        if name in WITH_VALUE and (joined or left):
            options[WITH_VALUE[name]] = (value if joined else left.pop(0)).strip("'\"")
        elif word in SWITCHES:
            options[SWITCHES[word]] = "yes"
        elif word.startswith("-"):
            return None
        else:
            plain.append(word)
    if plain[1:] and plain[0] != "logs" and "/" in plain[1]:
        plain[1:2] = plain[1].split("/", 1)
    return plain, options


def kind_of(word: str) -> str:
    """Return the singular of a kind in any spelling."""
    word = SHORT.get(word.lower(), word.lower())
    return re.sub(r"(?<=ss)es$|s$", "", re.sub("ies$", "y", word))


def key_of(plain: list[str], options: dict[str, str], home: str) -> str:
    """Return what is the same for all ways to write a command."""
    kind = kind_of(plain[1])
    place = "" if kind in CLUSTER else options.get("namespace", home)
    shape = [options.get(name) for name in ("output", "labels", "selector")]
    return json.dumps([plain[0], kind, plain[2:], place, shape])


def logs(recording: dict[str, Any], plain: list[str], options: dict[str, str]) -> str | None:
    """Return the lines of a pod's service; None where there are none."""
    tail = options.get("tail", "-1")
    is_here = options.get("namespace", recording["namespace"]) == recording["namespace"]
    if len(plain) != 2 or not is_here or not re.fullmatch(r"-?\d{1,9}", tail):
        return None
    name = plain[1].rpartition("/")[2]
    service = next((each for end in POD_ENDS if (each := re.sub(end, "", name)) in recording["logs"]), name)
    end = ".istio-proxy" if options.get("container") == "istio-proxy" else ""
    found = recording["logs"].get(service + (".previous" if "previous" in options else end))
    lines = found if isinstance(found, list) else str(found or "").splitlines()
    kept = lines if int(tail) < 0 else lines[max(0, len(lines) - int(tail)) :]
    return "".join(f"{line}\n" for line in kept) if found else None


def answer(recording: dict[str, Any], words: Iterable[str]) -> str | None:
    """Return what was recorded for a command line; None if nothing was."""
    parsed = parse(words)
    if parsed is None or len(parsed[0]) < 2 or parsed[0][0] not in ("get", "describe", "logs"):
        return None
    plain, options = parsed
    if plain[0] == "logs":
        return logs(recording, plain, options)
    wanted = key_of(plain, options, recording["namespace"])
    found: dict[str, str] = {}
    for line, output in recording["states"].items():
        own = parse(line.split("|")[0].split()[1:])
        is_answer = own is not None and len(own[0]) > 1 and isinstance(output, str)
        if own is not None and is_answer and key_of(*own, recording["namespace"]) == wanted:
            found.setdefault(own[0][1], output)
    # Some objects were recorded twice, under two spellings of their kind.
    output = found.get(plain[1], next(iter(found.values()), None))
    nothing = f"No resources found in {options.get('namespace', recording['namespace'])} namespace.\n"
    return nothing if output == "" else output


def main() -> None:
    """Print the answer, or say politely what is known."""
    recording = json.loads((Path.home() / ".kube" / "recorded.json").read_text(encoding="utf-8"))
    found = answer(recording, sys.argv[1:])
    if found is None:
        sys.exit(USAGE)
    sys.stdout.write(found if found.endswith("\n") else found + "\n")


if __name__ == "__main__":
    main()
