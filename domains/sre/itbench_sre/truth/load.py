"""Reads `ground_truth.yaml`, which may come from anybody: bounded before anything of it is built."""

from typing import TYPE_CHECKING, Any, Final

from itbench import DataError
from itbench_sre.truth.convert import truth_from_json
from itbench_sre.truth.model import Truth

if TYPE_CHECKING:
    import yaml

MAX_CHARACTERS: Final = 2_000_000
MAX_NODES: Final = 100_000
MAX_DEPTH: Final = 50


def load_truth(text: str, *, source: str) -> Truth:
    """Read the text of a v1 truth, flat or wrapped; `source` is named in errors.

    Raises:
        DataError: it is no YAML, larger than allowed once its anchors are followed, or not a truth; the message
            names every fault of the truth.
    """
    return truth_from_json(_read_yaml(text, source), source=source)


def _read_yaml(text: str, source: str) -> Any:
    import yaml

    if len(text) > MAX_CHARACTERS:
        raise DataError(f"{source}: has {len(text)} characters; at most {MAX_CHARACTERS} are allowed")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _Measure(source).check(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{source}: is not readable as YAML ({reason}); correct the file") from error


class _Measure:
    """Counts the nodes of a YAML document as if every alias were written out, without writing them out.

    A few lines of anchors that repeat each other ("billion laughs") stand for more nodes than memory holds.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._sizes: dict[str, int] = {}
        self._open: list[tuple[str | None, int]] = [(None, 0)]

    def check(self, events: "Any") -> None:
        import yaml

        for event in events:
            if isinstance(event, yaml.AliasEvent):
                self._count(self._size_of(event.anchor, event), event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._enter(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._leave(event)
            elif isinstance(event, yaml.ScalarEvent):
                if event.anchor:
                    self._sizes[event.anchor] = 1
                self._count(1, event)

    def _enter(self, event: "yaml.CollectionStartEvent") -> None:
        if len(self._open) > MAX_DEPTH:
            raise DataError(
                f"{self._at(event)} nests deeper than {MAX_DEPTH} levels, the most that is allowed"
            )
        if event.anchor:
            self._sizes.pop(event.anchor, None)
        self._open.append((event.anchor, 1))

    def _leave(self, event: "yaml.Event") -> None:
        anchor, size = self._open.pop()
        if anchor:
            self._sizes[anchor] = size
        self._count(size, event)

    def _size_of(self, anchor: str | None, event: "yaml.Event") -> int:
        if anchor is None or anchor not in self._sizes:
            raise DataError(
                f"{self._at(event)} alias {anchor!r} is unknown or stands inside itself; write it out"
            )
        return self._sizes[anchor]

    def _count(self, size: int, event: "yaml.Event") -> None:
        anchor, so_far = self._open[-1]
        if so_far + size > MAX_NODES:
            raise DataError(
                f"{self._at(event)} the document grows beyond {MAX_NODES} nodes once its anchors are followed,"
                " the most that is allowed; write fewer aliases"
            )
        self._open[-1] = (anchor, so_far + size)

    def _at(self, event: "yaml.Event") -> str:
        line = event.start_mark.line + 1 if event.start_mark else 1
        return f"{self._source}: line {line}:"
