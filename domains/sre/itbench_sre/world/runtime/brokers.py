"""What a broker keeps: topics with their messages, groups of consumers and how far they have read, its disk."""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from itbench_sre.world.runtime.frames import Attempt, Failure, Frame, Request

if TYPE_CHECKING:
    from itbench_sre.world.runtime.calls import Calls
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.runtime.roles import Disk

_MOST_KEPT = 20_000
_FETCH_US = 4_000


class Group:
    """A group of consumers of one topic.

    Attributes:
        read: how many messages it has taken; `done` how many of them are worked off.
        paused_until_us: while it shares its partitions out anew.
    """

    __slots__ = ("done", "members", "name", "paused_until_us", "read")

    def __init__(self, name: str, read: int) -> None:
        self.name = name
        self.read = read
        self.done = read
        self.paused_until_us = 0
        self.members: list[int] = []


class Message(NamedTuple):
    """A message: the request that it came from, the span that sent it, when, and how many that request sent before."""

    request: Request
    span_id: str
    sent_us: int
    ordinal: int


class Topic:
    """A topic: `end` messages were ever written, those that somebody may still read are in `kept`."""

    __slots__ = ("end", "groups", "kept", "size")

    def __init__(self) -> None:
        self.end = 0
        self.size = 0
        self.kept: deque[Message] = deque()
        self.groups: dict[str, Group] = {}

    def lag(self, group: str) -> int:
        """Return how many messages a group has not worked off."""
        return self.end - self.groups[group].done

    def at(self, offset: int) -> "Message | None":
        """Return a message; None where it is no longer kept."""
        place = len(self.kept) - (self.end - offset)
        return self.kept[place] if 0 <= place < len(self.kept) else None


class Broker:
    """The state of one broker process; what is on its disk outlives it where the disk does."""

    def __init__(self, process: "Process", disk: "Disk") -> None:
        self.process = process
        self.disk = disk
        if not disk.topics:
            disk.topics = {name: Topic() for name in process.program.operations} if process.program else {}

    @property
    def topics(self) -> dict[str, Topic]:
        """Return the topics by name."""
        return self.disk.topics

    def refuse_connection(self, attempt: Attempt) -> Failure | None:
        """Return why a new connection is refused."""
        return None

    def begin(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Return why a message is not taken."""
        most = self.process.number_of("max_message_bytes")
        if most and frame.operation.writes > most:
            text = "The request included a message larger than the max message size the server will accept."
            return Failure("RecordTooLargeException", text, False, "limit")
        return None

    def work(self, frame: Frame, cpu_us: int) -> tuple[int, int]:
        """Return the processor time that a step takes, and what it waits beside."""
        return cpu_us, 0

    def end(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Append a message to its topic, and wake who reads it."""
        topic = self.topics.get(frame.operation.name)
        if topic is None:
            return None
        writes = frame.operation.writes
        retention = self.process.number_of("retention_mib") << 20
        if retention and topic.size + writes > retention:
            self.disk.write(-writes)
            topic.size -= writes
        if not self.disk.write(writes):
            text = "Disk error when trying to access log file on the disk."
            return Failure("KafkaStorageException", text, True)
        topic.size += writes
        topic.end += 1
        span_id = frame.attempt.span_id if frame.attempt is not None else ""
        topic.kept.append(Message(frame.request, span_id, calls.loop.now_us, frame.request.messages))
        frame.request.messages += 1
        if len(topic.kept) > _MOST_KEPT:
            topic.kept.popleft()
        calls.loop.after(_FETCH_US, _wake, calls, self.process, frame.operation.name)
        return None


def _wake(calls: "Calls", process: "Process", topic: str) -> None:
    if calls.on_message is not None and not process.is_over:
        calls.on_message(process, topic)
