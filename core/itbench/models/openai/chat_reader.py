"""Reads replies of Chat Completions, streamed or whole, as OpenAI and all who imitate it send them."""

from itbench.interfaces.conversation import AssistantMessage, Native, Stop, ToolCall
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.reply.calls import CallMerger
from itbench.models.reply.codec import Draft, ReplyReader, cut_off, empty
from itbench.models.reply.errors import error_of, failed_finish, says_something
from itbench.models.reply.foreign import (
    arguments_object,
    object_of,
    objects_of,
    text_of,
    whole_number,
    wrong_kind,
)
from itbench.models.reply.usage import merge_usage, read_use

_STOPS = {
    **dict.fromkeys(
        ("length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded",
         "context_length_exceeded"),
        Stop.LENGTH,
    ),
    **dict.fromkeys(
        ("content_filter", "content-filter", "sensitive", "refusal", "safety", "prohibited_content", "blocklist",
         "recitation", "spii"),
        Stop.REFUSAL,
    ),
}  # fmt: skip
_CALLS = frozenset({"tool_calls", "tool_use", "function_call"})
# Parts of a streamed entry that come piece by piece; all others come whole.
_GROWING = frozenset({"refusal", "reasoning", "reasoning_content", "text", "summary", "data", "thinking"})


class ChatReader(ReplyReader):
    """Merges the deltas of the first choice, unknown fields included.

    Args:
        turn: makes the ids differ that calls without one are given.
    """

    def __init__(self, turn: int = 0) -> None:
        self._turn = turn
        self._message: JsonObject = {"role": "assistant"}
        self._content = _Content()
        self._calls = CallMerger()
        self._finish = ""
        self._usage: JsonValue = None
        self._is_done = False

    def add(self, event: JsonObject) -> None:
        """Take a chunk."""
        self._count(event)
        for choice in objects_of(event.get("choices"), "choices"):
            if not whole_number(choice.get("index")):
                self._take(choice, choice.get("delta") or choice.get("message"))

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed."""
        self._count(body)
        choices = objects_of(body.get("choices"), "choices")
        for choice in [one for one in choices if not whole_number(one.get("index"))][:1]:
            self._take(choice, choice.get("message") or choice.get("delta"))
            self._is_done = True

    def end(self) -> None:
        """Take note that the stream is complete."""
        self._is_done = True

    def draft(self) -> Draft:
        """Return the reply."""
        error = failed_finish(self._finish)
        if error is not None:
            raise error
        entries = self._calls.finished(self._turn)
        calls = tuple(_call(entry) for entry in entries)
        message = self._native(entries)
        text = self._content.text() or text_of(message.get("refusal"), "refusal")
        self._check(text, calls)
        stop = _STOPS.get(self._finish.lower(), Stop.TOOLS if calls else Stop.END)
        return Draft(
            message=AssistantMessage(text=text, calls=calls, native=Native(api="chat", value=message)),
            stop=Stop.REFUSAL if message.get("refusal") else stop,
            use=read_use(self._usage),
            has_ending=bool(self._finish),
        )

    def _count(self, event: JsonObject) -> None:
        groq = event.get("x_groq")
        for usage in (event.get("usage"), groq.get("usage") if isinstance(groq, dict) else None):
            self._usage = merge_usage(self._usage, usage)

    def _take(self, choice: JsonObject, said: JsonValue) -> None:
        if says_something(choice.get("error")):
            raise error_of(None, choice)
        self._usage = merge_usage(self._usage, choice.get("usage"))
        reason = text_of(choice.get("finish_reason"), "finish_reason")
        # Some servers write the word where the value is meant.
        self._finish = self._finish if reason.lower() in {"", "null", "none"} else reason
        delta = object_of(said, "a choice's message")
        self._calls.add(objects_of(delta.get("tool_calls"), "tool_calls"))
        if says_something(delta.get("function_call")):  # What a call was before 2024.
            self._calls.add([{"function": delta["function_call"]}])
        self._content.add(delta.get("content"))
        apart = ("content", "tool_calls", "function_call")
        _merge(self._message, {key: value for key, value in delta.items() if key not in apart})

    def _check(self, text: str, calls: tuple[ToolCall, ...]) -> None:
        """Refuse a reply that is not complete, or lacks what it says it has."""
        said = bool(text.strip() or calls)
        if not self._finish:
            # Without a reason for its end, only what is whole can be told from what was cut.
            is_whole = all(arguments_object(call.arguments) is not None for call in calls)
            if not (self._is_done and said and is_whole):
                raise cut_off()
            return
        # Nothing at all is an honest reply where it is told as such.
        is_told = self._content.was_told and self._finish.lower() not in _CALLS
        if not (said or is_told or self._finish.lower() in _STOPS):
            raise empty()

    def _native(self, entries: list[JsonObject]) -> JsonObject:
        for detail in _details(self._message):
            detail.pop("index", None)
        role = self._message.get("role")
        message = self._message | {"role": role if isinstance(role, str) and role else "assistant"}
        message["content"] = self._content.value
        return message | ({"tool_calls": entries} if entries else {})


class _Content:
    """The text of a message: a text, or a list of parts."""

    def __init__(self) -> None:
        self.value: JsonValue = None

    @property
    def was_told(self) -> bool:
        """Whether the reply had a text at all, be it an empty one."""
        return self.value is not None

    def add(self, more: JsonValue) -> None:
        """Take what a chunk adds."""
        if more is None:
            return
        if isinstance(more, dict | list):
            self._add_parts([more] if isinstance(more, dict) else more)
        elif isinstance(self.value, list):
            self._add_parts([{"type": "text", "text": text_of(more, "content")}])
        else:
            self.value = (self.value or "") + text_of(more, "content")

    def text(self) -> str:
        """Return the text."""
        if not isinstance(self.value, list):
            return self.value or ""
        texts = (part.get("text") or part.get("refusal") for part in self.value)
        return "".join(text_of(text, "the text of a part") for text in texts)

    def _add_parts(self, parts: list[JsonValue]) -> None:
        if isinstance(self.value, str):
            self.value = [{"type": "text", "text": self.value}] if self.value else []
        whole: JsonObject = {"parts": self.value or []}
        spelled = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
        for part in spelled:
            if not isinstance(part, dict):
                raise wrong_kind(part, "a part of the content")
            _append_part(whole["parts"], part)
        self.value = whole["parts"]


def _append_part(parts: list[JsonObject], part: JsonObject) -> None:
    """Add a part, to the last one if that is of the same type."""
    part = {"type": "text", **part} if "text" in part else part
    if parts and parts[-1].get("type") == part.get("type"):
        _merge(parts[-1], part)
    else:
        parts.append({})
        _merge(parts[-1], part)


def _call(entry: JsonObject) -> ToolCall:
    function = entry["function"]
    return ToolCall(id=entry["id"], name=function["name"], arguments=function["arguments"])


def _merge(whole: JsonObject, delta: JsonObject) -> None:
    """Add a delta to what came before."""
    for key, value in delta.items():
        before = whole.get(key)
        if value is None:
            whole.setdefault(key, None)
        elif isinstance(value, str) and isinstance(before, str) and key in _GROWING:
            whole[key] = before + value
        elif isinstance(value, dict):
            inner = whole[key] = before if isinstance(before, dict) else {}
            _merge(inner, value)
        elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            entries = whole[key] = before if isinstance(before, list) else []
            for place, entry in enumerate(value):
                _merge_entry(entries, entry, place)
        else:
            whole[key] = value


def _merge_entry(entries: list[JsonValue], delta: JsonObject, place: int) -> None:
    index = delta.get("index", place)
    for entry in reversed(entries):
        if isinstance(entry, dict) and entry.get("index") == index and not _is_another(entry, delta):
            _merge(entry, delta)
            return
    fresh: JsonObject = {"index": index}
    _merge(fresh, delta)
    entries.append(fresh)


def _is_another(entry: JsonObject, delta: JsonObject) -> bool:
    """Some servers give each of several entries the index 0, but an id or a type of its own."""
    return any(delta.get(key) and entry.get(key) and delta[key] != entry[key] for key in ("id", "type"))


def _details(message: JsonObject) -> list[JsonObject]:
    details = message.get("reasoning_details")
    return [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
