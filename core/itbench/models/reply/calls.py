"""Tool calls as servers spell them: ids that are missing or doubled, and pieces that say badly which call they are of."""

from collections.abc import Sequence

from itbench.interfaces.conversation import ToolCall
from itbench.interfaces.json import JsonObject
from itbench.models.faults import PassingError
from itbench.models.reply.foreign import arguments_object, arguments_text, object_of, text_of, whole_number


def distinct_ids(ids: Sequence[str], turn: int) -> list[str]:
    """Return ids of which no two are the same; what is missing or doubled is made up from turn and place.

    Nine letters and digits are what all interfaces accept.
    """
    taken, found = {name for name in ids if name}, list[str]()
    for place, name in enumerate(ids):
        if not name or name in found:
            number = turn * 1000 + place
            while (name := f"c{number:08}") in taken:
                number += 1
            taken.add(name)
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

    def add(self, pieces: Sequence[JsonObject]) -> None:
        """Take the pieces of one event; each is of another call."""
        fed: list[_Call] = []
        for place, piece in enumerate(pieces):
            index = whole_number(piece.get("index"))
            told = _Piece(piece)
            call = self._of(place if index is None else index, told, fed)
            call.add(told)
            fed.append(call)

    def finished(self, turn: int) -> list[JsonObject]:
        """Return the calls as the interface wants them back, each with an id, a name and arguments in text.

        Raises:
            PassingError: one has no name.
        """
        ids = distinct_ids([call.id for call in self._calls], turn)
        return [call.finished(name) for call, name in zip(self._calls, ids, strict=True)]

    def _of(self, index: int, piece: "_Piece", fed: "Sequence[_Call]") -> "_Call":
        same = [call for call in self._calls if call.index == index]
        if same and not same[-1].is_followed_by(piece, is_same_event=same[-1] in fed):
            return same[-1]
        self._calls.append(_Call(index))
        return self._calls[-1]


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

    def __init__(self, index: int) -> None:
        self.index = index
        self.id = ""
        self._name = ""
        self._arguments = ""
        self._more: JsonObject = {}
        self._function: JsonObject = {}

    def is_followed_by(self, piece: _Piece, *, is_same_event: bool) -> bool:
        """Return whether a piece of the same index begins another call."""
        if piece.id and self.id and piece.id != self.id:
            return True
        if not piece.name or not self._name:
            return False
        is_whole = bool(self._arguments) and arguments_object(self._arguments) is not None
        return is_same_event or piece.name != self._name or (is_whole and bool(piece.arguments.strip()))

    def add(self, piece: _Piece) -> None:
        """Take a piece."""
        self.id = self.id or piece.id
        # A name comes whole, though some servers repeat it.
        self._name = piece.name or self._name
        # An empty object may stand for what is still to come.
        before = "" if self._arguments == "{}" and piece.arguments.startswith("{") else self._arguments
        self._arguments = before + piece.arguments
        self._more |= {key: value for key, value in piece.entry.items() if value is not None}
        self._function |= piece.function

    def finished(self, call_id: str) -> JsonObject:
        """Return the whole call."""
        call = named_call(call_id, self._name, self._arguments)
        function = {**self._function, "name": call.name, "arguments": call.arguments}
        kind = self._more.get("type")
        more = {key: value for key, value in self._more.items() if key not in {"index", "name", "arguments"}}
        return {
            **more,
            "id": call.id,
            "type": kind if kind and isinstance(kind, str) else "function",
            "function": function,
        }
