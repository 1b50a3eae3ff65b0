"""Tool calls as servers spell them: ids that are missing or doubled, and pieces that say badly which call they are of."""

import re
from collections.abc import Sequence

from itbench.interfaces.conversation import ToolCall
from itbench.interfaces.json import JsonObject
from itbench.models.faults import PassingError
from itbench.models.reply.foreign import arguments_object, arguments_text, object_of, text_of, whole_number

# What decides how deep a place in a JSON text is; an escaped character is one mark, whatever it is.
_MARK = re.compile(r'\\.|["{}\[\]]', re.DOTALL)


def distinct_ids(ids: Sequence[str], turn: int) -> list[str]:
    """Return ids of which no two are the same; what is missing or doubled is made up from turn and place.

    Nine letters and digits are what all interfaces accept.
    """
    taken, used, number = {name for name in ids if name}, set[str](), -1
    found = []
    for place, name in enumerate(ids):
        if not name or name in used:
            # All from the place to the last number that was made up are taken.
            number = max(turn * 1000 + place, number + 1)
            while (name := f"c{number:08}") in taken:
                number += 1
            taken.add(name)
        used.add(name)
        found.append(name)
    return found


def named_call(call_id: str, name: str, arguments: str) -> ToolCall:
    """Return a tool call.

    Raises:
        PassingError: it has no name.
    """
    if not name.strip():
        raise PassingError("the reply has an unknown shape: a tool call without a name")
    return ToolCall(id=call_id, name=name, arguments=arguments)


class CallMerger:
    """Puts the tool calls of Chat Completions together from their pieces.

    A piece belongs to the last call of the same index, unless it begins another one: it has another id, or another
    name; or it has a name and arguments, and those of the call before are complete. So calls stay apart whose server
    gives all of them the index 0, one id, or none.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._last: dict[int, _Call] = {}

    def add(self, pieces: Sequence[JsonObject]) -> None:
        """Take the pieces of one event; each is of another call."""
        fed: set[_Call] = set()
        for place, piece in enumerate(pieces):
            index = whole_number(piece.get("index"))
            told = _Piece(piece)
            call = self._of(place if index is None else index, told, fed)
            call.add(told)
            fed.add(call)

    def finished(self, turn: int) -> list[JsonObject]:
        """Return the calls as the interface wants them back, each with an id, a name and arguments in text.

        Raises:
            PassingError: one has no name.
        """
        ids = distinct_ids([call.id for call in self._calls], turn)
        return [call.finished(name) for call, name in zip(self._calls, ids, strict=True)]

    def _of(self, index: int, piece: "_Piece", fed: "set[_Call]") -> "_Call":
        last = self._last.get(index)
        if last is not None and not last.is_followed_by(piece, is_same_event=last in fed):
            return last
        call = self._last[index] = _Call()
        self._calls.append(call)
        return call


class _Piece:
    """What a piece tells of a call; some servers leave out the object `function` around name and arguments."""

    def __init__(self, piece: JsonObject) -> None:
        self.entry = piece
        self.function = object_of(piece.get("function"), "function")
        told = self.function or piece
        self.id = text_of(piece.get("id"), "a call's id")
        self.name = text_of(told.get("name"), "a call's name")
        self.arguments = arguments_text(told.get("arguments"), "a call's arguments")


class _Call:
    """One call, growing."""

    def __init__(self) -> None:
        self.id = ""
        self._name = ""
        self._arguments = _Arguments()
        self._more: JsonObject = {}
        self._function: JsonObject = {}

    def is_followed_by(self, piece: _Piece, *, is_same_event: bool) -> bool:
        """Return whether a piece of the same index begins another call."""
        if piece.id and self.id and piece.id != self.id:
            return True
        if not piece.name or not self._name:
            return False
        if is_same_event or piece.name != self._name:
            return True
        return bool(piece.arguments.strip()) and self._arguments.are_whole()

    def add(self, piece: _Piece) -> None:
        """Take a piece."""
        self.id = self.id or piece.id
        # A name comes whole, though some servers repeat it.
        self._name = piece.name or self._name
        self._arguments.add(piece.arguments)
        self._more |= {key: value for key, value in piece.entry.items() if value is not None}
        self._function |= piece.function

    def finished(self, call_id: str) -> JsonObject:
        """Return the whole call."""
        call = named_call(call_id, self._name, self._arguments.text())
        function = {**self._function, "name": call.name, "arguments": call.arguments}
        kind = self._more.get("type")
        more = {key: value for key, value in self._more.items() if key not in {"index", "name", "arguments"}}
        return {
            **more,
            "id": call.id,
            "type": kind if kind and isinstance(kind, str) else "function",
            "function": function,
        }


class _Arguments:
    """The arguments of a call, growing; no piece is looked at twice to tell whether they are a whole object."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._scanned = 0
        self._depth = 0
        self._in_string = False
        self._is_escaped = False
        # None until the outermost bracket is closed; only white space may follow.
        self._is_whole: bool | None = None

    def add(self, piece: str) -> None:
        """Take the next piece; an empty object may stand for what is still to come."""
        if piece.startswith("{") and self._pieces == ["{}"]:
            self._pieces, self._scanned, self._depth, self._is_whole = [], 0, 0, None
        if piece:
            self._pieces.append(piece)

    def text(self) -> str:
        """Return all of them."""
        return "".join(self._pieces)

    def are_whole(self) -> bool:
        """Return whether they are a complete object."""
        for piece in self._pieces[self._scanned :]:
            self._scanned += 1
            end = self._end(piece) if self._is_whole is None else 0
            if end is not None and piece[end:].strip():
                self._is_whole = False
            elif self._is_whole is None and end is not None:
                self._is_whole = arguments_object("".join(self._pieces[: self._scanned])) is not None
        return bool(self._is_whole)

    def _end(self, piece: str) -> int | None:
        """Return where in a piece the outermost bracket is closed, if it is."""
        for mark in _MARK.finditer(piece, 1 if self._is_escaped else 0):
            text = mark[0]
            if self._in_string:
                self._in_string = text != '"'
            elif text == '"':
                self._in_string = True
            elif text in "{[":
                self._depth += 1
            elif text in "}]":
                self._depth -= 1
                if self._depth <= 0:
                    return mark.end()
        self._is_escaped = _ends_escaping(piece, self._is_escaped)
        return None


def _ends_escaping(piece: str, was_escaped: bool) -> bool:
    """Return whether the first character of the next piece is escaped."""
    rest = piece[1:] if was_escaped else piece
    return (len(rest) - len(rest.rstrip("\\"))) % 2 == 1
