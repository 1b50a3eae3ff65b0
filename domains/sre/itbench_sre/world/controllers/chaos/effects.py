"""What an experiment's specification does to its targets, in the words of runtime/effects.py."""

import re
from collections.abc import Sequence

from itbench_sre.world.controllers.chaos.targets import Target
from itbench_sre.world.controllers.chaos.times import duration_us
from itbench_sre.world.runtime.effects import (
    BurnEffect,
    ClockEffect,
    DiskEffect,
    DnsEffect,
    Effect,
    HttpEffect,
    JvmEffect,
    LinkEffect,
)
from itbench_sre.world.store.quantities import units
from itbench_sre.world.store.refs import JsonObject

_ANSWER_BYTES = 20_000  # of a usual answer, which a narrow band holds up
_PAUSE_US = 400_000
_ERRNO_OF_ATTRIBUTES = 13
_RATES = {"bps": 1, "kbps": 1000, "mbps": 10**6, "gbps": 10**9, "tbps": 10**12}
_RETURNS = re.compile(r"DO\s+return\s+(\S+)")
_THROWS = re.compile(r"DO\s+throw\s+new\s+(.+)")
_SIZE = re.compile(r"(\d+)\s*(%|[KMG]?i?B?)")


def link_effects(spec: JsonObject, targets: Sequence[Target]) -> list[Effect]:
    """Return the effects of a NetworkChaos."""
    here = tuple(each.uid for each in targets if each.key == ".")
    there = tuple(each.uid for each in targets if each.key == ".Target")
    hosts = tuple(spec.get("externalTargets") or ())
    direction, made = spec.get("direction", "to"), _link(spec)
    found: list[Effect] = []
    if direction in ("to", "both"):
        found.append(LinkEffect(sources=here, targets=there, hosts=hosts, **made))
    if direction in ("from", "both"):
        found.append(LinkEffect(sources=there, targets=here, **made))
    return found


def _link(spec: JsonObject) -> JsonObject:
    made: JsonObject = {"is_cut": spec["action"] == "partition"}
    delay = spec.get("delay") or {}
    if delay:
        made["delay_us"] = duration_us(delay["latency"])
        made["jitter_us"] = duration_us(delay.get("jitter", "0ms"))
    if spec.get("loss"):
        made["loss_per_million"] = per_million(spec["loss"]["loss"])
    if spec.get("corrupt"):
        made["corrupt_per_million"] = per_million(spec["corrupt"]["corrupt"])
    if spec.get("bandwidth"):
        made["delay_us"] = made.get("delay_us", 0) + _ANSWER_BYTES * 10**6 // max(_rate(spec["bandwidth"]), 1)
    return made


def _rate(bandwidth: JsonObject) -> int:
    found = re.fullmatch(r"(\d+)\s*([kmgt]?bps)", str(bandwidth.get("rate", "")).lower())
    # tc reads `bps` as bytes a second.
    return int(found[1]) * _RATES[found[2]] if found else 10**9


def per_million(text: str | int) -> int:
    """Return a percentage, such as `12.5`, in parts per million."""
    whole, _, fraction = str(text).partition(".")
    return int(whole or "0") * 10_000 + int((fraction + "0000")[:4])


def target_effects(kind: str, spec: JsonObject, target: Target) -> list[Effect]:
    """Return the effects of any other experiment on one of its targets."""
    pod = target.uid
    if kind == "StressChaos":
        return _stress(spec.get("stressors") or {}, target)
    if kind == "HTTPChaos":
        return [_http(spec, pod)]
    if kind == "JVMChaos":
        return [_jvm(spec, pod)]
    if kind == "IOChaos":
        return [_disk(spec, pod)]
    if kind == "DNSChaos":
        return [
            DnsEffect(
                pod=pod, patterns=tuple(spec.get("patterns") or ()), is_random=spec["action"] == "random"
            )
        ]
    if kind == "TimeChaos":
        return [ClockEffect(pod=pod, offset_us=duration_us(spec["timeOffset"]))]
    return []


def _stress(stressors: JsonObject, target: Target) -> list[Effect]:
    cpu, memory = stressors.get("cpu") or {}, stressors.get("memory") or {}
    cpu_m = int(cpu.get("workers", 0)) * int(cpu.get("load", 100)) * 10
    size = _bytes(str(memory.get("size", "256MB"))) if memory else 0
    return [BurnEffect(pod=target.uid, container=target.container, cpu_m=cpu_m, memory=size)]


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return 0
    if found[2] == "%":
        return int(found[1]) * (16 << 30) // 100  # of the node's memory, whatever the container may use
    unit = found[2].removesuffix("B")
    return units(f"{found[1]}{'k' if unit == 'K' else unit}")


def _http(spec: JsonObject, pod: str) -> Effect:
    replace, patch = spec.get("replace") or {}, spec.get("patch") or {}
    status = int(replace.get("code") or 0)
    if not status and ("body" in replace or "body" in patch):
        # A reader that gets a body that is not what it should be says so.
        status = 400 if spec.get("target") == "Request" else 502
    return HttpEffect(
        pod=pod,
        port=int(spec.get("port") or 0),
        path=str(spec.get("path") or "").partition("*")[0],
        is_abort=bool(spec.get("abort")),
        delay_us=duration_us(spec["delay"]) if spec.get("delay") else 0,
        status=status,
    )


def _jvm(spec: JsonObject, pod: str) -> Effect:
    action, data, method = spec["action"], str(spec.get("ruleData") or ""), str(spec.get("method") or "")
    value, exception = _RETURNS.search(data), _THROWS.search(data)
    if action == "exception" or exception:
        words = exception[1] if exception else str(spec.get("exception", ""))
        return JvmEffect(pod=pod, operation=method, exception=words)
    if action == "return" or value:
        return JvmEffect(pod=pod, operation=method, value=value[1] if value else str(spec.get("value", "")))
    if action == "latency":
        return JvmEffect(pod=pod, operation=method, delay_us=int(spec.get("latency") or 0) * 1000)
    if action == "gc":
        return JvmEffect(pod=pod, gc_us=_PAUSE_US)
    heap = (2 << 30) if spec.get("memType") else 0
    return JvmEffect(pod=pod, cpu_m=int(spec.get("cpuCount") or 0) * 1000, heap=heap)


def _disk(spec: JsonObject, pod: str) -> Effect:
    action, share = spec["action"], int(spec.get("percent", 100))
    if action == "latency":
        return DiskEffect(pod=pod, delay_us=duration_us(spec["delay"]), per_cent=share)
    if action == "attrOverride":
        return DiskEffect(pod=pod, errno=_ERRNO_OF_ATTRIBUTES, per_cent=share)
    return DiskEffect(pod=pod, errno=int(spec.get("errno") or 5), per_cent=share)
