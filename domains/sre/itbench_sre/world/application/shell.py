"""What containers do whose program is a shell: the few commands that init containers and small workloads consist of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script, taken apart.

    Attributes:
        waits_for: `host:port`s that must accept a connection, in turn.
        copies: (from, to) files copied into a volume of the pod.
        sleeps_s: how long it sleeps.
        fetches: URLs that it asks for.
        connects: (`host:port`, how many) connections that it opens and keeps, and opens again where they are lost.
        loops: endless computations beside each other.
        asks: (how many, pause in s) loops that ask the Kubernetes API.
        holds: bytes of memory that it keeps.
        writes: bytes that it writes into its own file system.
        is_endless: it never ends by itself.
        exit_code: with which it ends.
        says: lines that it prints.
    """

    waits_for: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    sleeps_s: int = 0
    fetches: tuple[str, ...] = ()
    connects: tuple[tuple[str, int], ...] = ()
    loops: int = 0
    asks: tuple[tuple[int, int], ...] = ()
    holds: int = 0
    writes: int = 0
    is_endless: bool = False
    exit_code: int = 0
    says: tuple[str, ...] = ()


_WAIT = re.compile(r"until nc (?:-\w+ )*([\w.-]+) (\d+)")
_COPY = re.compile(r"(?<![\w-])cp (?:-\w+ )*(\S+) ([^\s;&]+)")
_SLEEP = re.compile(r"(?<![\w-])sleep (\d+|infinity)")
_FETCH = re.compile(r"(?<![\w-])(?:curl|wget)[^;&|]*?(https?://[^\s;&|\"']+)")
_MANY = r"for \w+ in \$\(seq (\d+)\); do \("
_CONNECT = re.compile(_MANY + r"while true; do nc (?:-\w+ (?:\d+ )?)*([\w.-]+) (\d+)")
_LOOP = re.compile(_MANY + r"while true; do (?!nc |wget )")
_ASK = re.compile(
    _MANY + r"while true; do wget [^;]*https://kubernetes\.default[^;]*;(?: sleep (\d+);)? done"
)
_HOLD = re.compile(r"head -c (\d+)m /dev/zero \| tail")
_WRITE = re.compile(r"dd if=/dev/zero of=\S+ bs=1M count=(\d+)")
_MIB = 1024 * 1024
_EXIT = re.compile(r"(?<![\w-])exit (\d+)")
_SAY = re.compile(r"(?<!do )echo [\"']?([^\"';&]+?)[\"']?\s*(?:;|&&|$)")


def script_of(command: Sequence[str]) -> Script:
    """Return what a container's command and arguments do, in the order: wait, copy, sleep, fetch, print, end."""
    text = command[-1] if command else ""
    sleeps = _SLEEP.findall(re.sub(r"until .*?done", "", text, flags=re.DOTALL))
    return Script(
        waits_for=tuple(f"{host}:{port}" for host, port in _WAIT.findall(text)),
        copies=tuple((source, target) for source, target in _COPY.findall(text)),
        sleeps_s=sum(int(found) for found in sleeps if found != "infinity"),
        fetches=tuple(_FETCH.findall(text)),
        connects=tuple((f"{host}:{port}", int(count)) for count, host, port in _CONNECT.findall(text)),
        loops=sum(int(count) for count in _LOOP.findall(text)),
        asks=tuple((int(count), int(pause or 0)) for count, pause in _ASK.findall(text)),
        holds=sum(int(count) for count in _HOLD.findall(text)) * _MIB,
        writes=sum(int(count) for count in _WRITE.findall(text)) * _MIB,
        is_endless="infinity" in sleeps or "while true" in text or "while :" in text,
        exit_code=int(found[-1]) if (found := _EXIT.findall(text)) else 0,
        says=tuple(_SAY.findall(text)),
    )
