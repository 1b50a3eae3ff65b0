"""Reads YAML as its version 1.2 and JSON mean it: `no` and `12:30` are texts, `1e3` is a number, and nothing is expanded."""

import yaml

from itbench.runs.study.nodes import DEEPEST, Node, PlaceError, number

_CONSTANTS = {
    **dict.fromkeys(("null", "Null", "NULL", "~", "")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# What is never closed is found at the end of the text, and meant where it begins.
_QUOTES = "while scanning a quoted scalar"
_BEGUN = (_QUOTES, "while parsing a flow")


def read_yaml(text: str) -> Node | None:
    """Return the one document of a text; None where there is none.

    Raises:
        PlaceError: it is not YAML, or more than a study file may have.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        raise PlaceError(
            f"the character {chr(_number_of(error.character))!r} is not allowed", error.position
        ) from error
    except yaml.MarkedYAMLError as error:
        raise _placed(error, len(text), builder.innermost) from error
    return builder.root


def _number_of(character: int | str | bytes) -> int:
    """Return the number of a character, however the parser tells it."""
    return character if isinstance(character, int) else ord(character)


def _placed(error: yaml.MarkedYAMLError, end: int, innermost: int) -> PlaceError:
    context, problem = str(error.context or ""), str(error.problem or error)
    at = _index(error.problem_mark or error.context_mark)
    if context.startswith(_BEGUN) and at >= end:
        begun = _index(error.context_mark) if context == _QUOTES else innermost
        return PlaceError(f"what begins here is never closed ({problem})", begun)
    if "'\\t'" in problem:
        return PlaceError("a tab in front of a value; use spaces", at)
    return PlaceError(f"not YAML: {context + ': ' if context else ''}{problem}", at)


def _index(mark: object) -> int:
    return int(getattr(mark, "index", 0))


class _Builder:
    """Makes nodes of events without recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._documents = 0
        self._open: list[Node] = []
        # For each open node, the key that waits for its value.
        self._keys: list[tuple[str, int] | None] = []

    @property
    def innermost(self) -> int:
        """The place of the list or mapping that is not closed yet and began last."""
        return self._open[-1].index if self._open else 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise PlaceError("a second document; a study file has one", _index(event.start_mark))
        elif isinstance(event, yaml.AliasEvent):
            raise PlaceError(f"the alias *{event.anchor}; write the value out", _index(event.start_mark))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._begin(event)

    def _begin(self, event: yaml.NodeEvent) -> None:
        index = _index(event.start_mark)
        if event.anchor is not None:
            raise PlaceError(f"the anchor &{event.anchor}; write the value out wherever it is needed", index)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise PlaceError(f"the tag {tag}; leave it out", index)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, index)
            return
        node = Node(index)
        if isinstance(event, yaml.MappingStartEvent):
            node.entries = {}
        else:
            node.items = []
        self._put(node)
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > DEEPEST:
            raise PlaceError(f"nested more than {DEEPEST} deep", index)

    def _scalar(self, event: yaml.ScalarEvent, index: int) -> None:
        is_plain = event.style is None
        # JSON, which is YAML too, spells a character beyond 16 bits as two escapes.
        text = event.value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        if self._open and self._open[-1].entries is not None and self._keys[-1] is None:
            if is_plain and text == "<<":
                raise PlaceError("the merge key <<; write its entries out", index)
            self._keys[-1] = text, index
        elif not is_plain:
            self._put(Node(index, text, text))
        elif text in _CONSTANTS:
            self._put(Node(index, _CONSTANTS[text], text))
        else:
            found = number(text, index)
            self._put(Node(index, text if found is None else found, text))

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        around = self._open[-1]
        if around.items is not None:
            around.items.append(node)
            return
        waiting = self._keys[-1]
        if waiting is None:
            raise PlaceError("a key that is a list or a mapping; a key is a word", node.index)
        self._keys[-1] = None
        around.add(*waiting, node)
