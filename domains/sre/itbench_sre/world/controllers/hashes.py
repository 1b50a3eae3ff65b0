"""Hashes in names: of pod templates and revisions, in the letters that Kubernetes writes decimal digits with."""

import json

from itbench_sre.world.store.refs import JsonObject

_DIGITS = str.maketrans("0123456789", "456789bcdf")  # k8s.io/apimachinery/pkg/util/rand, SafeEncodeString


def template_hash(template: JsonObject, salt: str = "") -> str:
    """Return the hash of a pod template: 32 bits of FNV-1a of its text, as safe decimal digits."""
    text = json.dumps(template, sort_keys=True, separators=(",", ":")) + salt
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return str(value).translate(_DIGITS)
