"""Scripted models that look at the recordings of an incident and name what has changed."""

import json
from collections.abc import Callable
from functools import partial

from itbench.testing.model_server import Answer, Asked

ALERTS = """python3 - <<'END'
import collections, glob, json
names = collections.Counter()
for path in sorted(glob.glob("alerts/alerts_in_alerting_state_*.json")):
    for alert in json.load(open(path))["data"]["alerts"]:
        names[alert["labels"]["alertname"], alert["labels"].get("service_name", "")] += 1
for (name, service), count in names.most_common(12):
    print(f"{count:4}  {name}  {service}")
END"""
CHANGES = """python3 - <<'END'
import csv, json, sys
csv.field_size_limit(sys.maxsize)
seen, changed = {}, {}
for row in csv.DictReader(open("k8s_objects_raw.tsv"), delimiter="\\t"):
    item = json.loads(row["Body"])
    item = item.get("object", item)
    if item.get("kind") in ("Deployment", "ConfigMap", "HorizontalPodAutoscaler", "NetworkChaos", "NetworkPolicy"):
        name = f"{item['metadata'].get('namespace', 'cluster')}/{item['kind']}/{item['metadata']['name']}"
        now = json.dumps(item.get("spec") or item.get("data"), sort_keys=True)
        if seen.setdefault(name, now) != now:
            changed[name] = row.get("Timestamp", "")
        seen[name] = now
for name, at in sorted(changed.items(), key=lambda each: each[1]):
    print(f"changed: {name}  at {at}")
END"""
LOOKS = (
    ("I begin with what was recorded.", "ls -lh . alerts metrics | head -n 40"),
    ("Which alerts were on when the page came?", ALERTS),
    (
        "What do the events warn of?",
        'grep -o \'"reason":"[A-Za-z]*"\' k8s_events_raw.tsv | sort | uniq -c | sort -rn | head',
    ),
    ("Now the objects whose specification changed.", CHANGES),
)


def diagnosing(most: int, looks: int) -> Callable[[Asked], Answer]:
    """Return a model that takes so many looks, and names at most so many objects."""
    return partial(_answer, most, looks)


def _answer(most: int, looks: int, asked: Asked) -> Answer:
    taken = {"input_tokens": 2400 + 1900 * asked.turn, "output_tokens": 180 + 37 * asked.turn}
    if asked.turn < looks:
        text, command = LOOKS[asked.turn + len(LOOKS) - looks]
        return Answer(text=text, calls=[("execute", {"command": command})], **taken)
    if asked.turn == looks:
        command = (
            f"cat > agent_output.json <<'END'\n{json.dumps(_finding(asked.results, most), indent=2)}\nEND"
        )
        return Answer(text="That is what I hand in.", calls=[("execute", {"command": command})], **taken)
    return Answer(text="The finding is written.", **taken)


def _finding(results: list[str], most: int) -> dict[str, object]:
    lines = [line for result in results for line in result.splitlines() if line.startswith("changed: ")]
    names = list(dict.fromkeys(line.split()[1] for line in lines))[-most:]
    factors = [
        {
            "name": name,
            "reasoning": "its specification changed shortly before the page",
            "evidence": "k8s_objects_raw.tsv",
        }
        for name in names
    ]
    return {"contributing_factors": factors}
