"""Kubernetes events as the API server keeps them: alike ones are counted up, each change is seen by the watcher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.world.clock.loop import Loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The object an event is about."""

    kind: str
    name: str
    namespace: str
    uid: str
    api_version: str = "v1"
    version: int = 0
    field_path: str = ""


@dataclass(slots=True, kw_only=True)
class Event:
    """One stored event and how often it has happened."""

    name: str
    uid: str
    subject: Subject
    reason: str
    message: str
    type: str
    component: str
    host: str
    first_us: int
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the watcher saw of an event: `type` is ADDED, MODIFIED or DELETED."""

    time_us: int
    type: str
    event: Event
    count: int
    last_us: int
    version: int


class Events:
    """Takes events from every component and keeps the order in which the watcher saw them."""

    def __init__(self, loop: Loop, random: Randomness) -> None:
        self.sightings: list[Sighting] = []
        self._loop = loop
        self._random = random
        self._known: dict[tuple[Any, ...], Event] = {}
        self._seen_us = 0
        self._version = 11_000 + random.below(3_000)

    def emit(
        self,
        subject: Subject,
        reason: str,
        message: str,
        component: str,
        *,
        host: str = "",
        type_: str = "Normal",
    ) -> None:
        """Record that `component` reported something about `subject` now."""
        now_us = self._loop.now_us
        key = (subject.kind, subject.namespace, subject.name, subject.field_path, reason, message, component)
        event = self._known.get(key)
        if event is None:
            random = self._random
            event = Event(
                name=f"{subject.name}.18{random.hexadecimal(14)}",
                uid=random.uid(),
                subject=subject,
                reason=reason,
                message=message,
                type=type_,
                component=component,
                host=host,
                first_us=now_us,
            )
            self._known[key] = event
        event.count += 1
        self._see("ADDED" if event.count == 1 else "MODIFIED", event, now_us)

    def expire(
        self, subject: Subject, reason: str, message: str, component: str, host: str, at_us: int
    ) -> None:
        """Record that the API server drops, now, an event that happened once, at `at_us`."""
        event = Event(
            name=f"{subject.name}.18{self._random.hexadecimal(14)}",
            uid=self._random.uid(),
            subject=subject,
            reason=reason,
            message=message,
            type="Normal",
            component=component,
            host=host,
            first_us=at_us,
        )
        self._see("DELETED", event, at_us)

    def _see(self, type_: str, event: Event, last_us: int) -> None:
        self._version += 1
        seen_us = self._loop.now_us + 900 + self._random.below(4_000)
        self._seen_us = max(seen_us, self._seen_us + 300 + self._random.below(2_500))
        self.sightings.append(
            Sighting(
                time_us=self._seen_us,
                type=type_,
                event=event,
                count=max(event.count, 1),
                last_us=last_us,
                version=self._version,
            )
        )
