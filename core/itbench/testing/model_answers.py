"""What a scripted model says, spelled as the providers spell it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonObject

Call = tuple[str, JsonObject | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply of a scripted model.

    Attributes:
        text: what it says.
        calls: tools that it uses, each with its arguments: an object, or any text at all. `NAMESPACE/NAME` is a tool of a
            namespace, which only the interface `responses` has.
        thinking: reasoning that goes before, with a signature where the interface has one.
        stop: `length` or `refusal` to end so; None for the usual.
        input_tokens: in all.
        cached_tokens: of the input, read from a cache.
        cache_write_tokens: of the input, written to a cache.
        output_tokens: in all.
        reasoning_tokens: of the output.
        tells_use: False for a server that does not say what was used.
        piece: characters in one streamed piece.
        delay_s: seconds that the model thinks before its first word.
    """

    text: str = ""
    calls: Sequence[Call] = ()
    thinking: str = ""
    stop: str | None = None
    input_tokens: int = 100
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 10
    reasoning_tokens: int = 0
    tells_use: bool = True
    piece: int = 40
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An error status in place of a reply.

    Attributes:
        code: the HTTP status.
        body: of the response, as JSON.
        headers: further headers of the response.
    """

    code: int
    body: JsonObject = field(default_factory=lambda: {"error": {"message": "scripted error"}})
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A reply that stops after so many events: the line goes silent, or is cut.

    Attributes:
        answer: what was to be said.
        events: how many of its events are sent.
        is_cut: True to close the connection, False to say nothing more.
    """

    answer: Answer
    events: int
    is_cut: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Any body at all, with any status and further headers."""

    body: bytes
    content_type: str = "text/event-stream"
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def events_of(answer: Answer, api: str, model: str, turn: int) -> Iterator[bytes]:
    """Return the server-sent events of an answer; `turn` makes ids differ."""
    makers = {"chat": _chat, "responses": _responses, "messages": _messages}
    for event in makers[api](answer, model, turn):
        name = f"event: {event['type']}\n" if api != "chat" else ""
        yield f"{name}data: {json.dumps(event)}\n\n".encode()
    if api == "chat":
        yield b"data: [DONE]\n\n"


def _pieces(text: str, size: int) -> Iterator[str]:
    for at in range(0, len(text), size):
        yield text[at : at + size]


def _arguments(arguments: JsonObject | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _chat(answer: Answer, model: str, turn: int) -> Iterator[JsonObject]:
    shell = {"id": f"chatcmpl-{turn}", "object": "chat.completion.chunk", "created": 1, "model": model}

    def chunk(delta: JsonObject, finish: str | None = None) -> JsonObject:
        return {**shell, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in _pieces(answer.thinking, answer.piece):
        yield chunk({"reasoning_content": piece})
    for piece in _pieces(answer.text, answer.piece):
        yield chunk({"refusal" if answer.stop == "refusal" else "content": piece})
    for index, (name, arguments) in enumerate(answer.calls):
        head = {"index": index, "id": f"call_{turn}_{index}", "type": "function"}
        yield chunk({"tool_calls": [head | {"function": {"name": name, "arguments": ""}}]})
        for piece in _pieces(_arguments(arguments), answer.piece):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, {"length": "length"}.get(answer.stop or "", "tool_calls" if answer.calls else "stop"))
    if answer.tells_use:
        yield {**shell, "choices": [], "usage": _chat_use(answer)}


def _chat_use(answer: Answer) -> JsonObject:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": answer.cached_tokens,
            "cache_write_tokens": answer.cache_write_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
    }


def _responses(answer: Answer, model: str, turn: int) -> Iterator[JsonObject]:
    items = list(_response_items(answer, turn))
    response: JsonObject = {
        "id": f"resp_{turn}",
        "object": "response",
        "created_at": 1,
        "model": model,
        "status": "in_progress",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    yield {"type": "response.created", "sequence_number": 0, "response": response}
    for index, item in enumerate(items):
        place = {"output_index": index, "sequence_number": index + 1}
        yield {"type": "response.output_item.added", "item": item, **place}
        yield {"type": "response.output_item.done", "item": item, **place}
    is_cut = answer.stop == "length"
    final = response | {"status": "incomplete" if is_cut else "completed", "output": items}
    if is_cut:
        final["incomplete_details"] = {"reason": "max_output_tokens"}
    if answer.tells_use:
        final["usage"] = _response_use(answer)
    yield {"type": f"response.{final['status']}", "sequence_number": len(items) + 1, "response": final}


def _response_items(answer: Answer, turn: int) -> Iterator[JsonObject]:
    if answer.thinking:
        yield {
            "type": "reasoning",
            "id": f"rs_{turn}",
            "summary": [],
            "encrypted_content": f"sealed:{answer.thinking}",
        }
    if answer.text:
        text = {"type": "output_text", "text": answer.text, "annotations": []}
        refusal = {"type": "refusal", "refusal": answer.text}
        yield {
            "type": "message",
            "id": f"msg_{turn}",
            "role": "assistant",
            "status": "completed",
            "content": [refusal if answer.stop == "refusal" else text],
        }
    for index, (full_name, arguments) in enumerate(answer.calls):
        namespace, _, name = full_name.rpartition("/")
        yield {
            "type": "function_call",
            "id": f"fc_{turn}_{index}",
            "call_id": f"call_{turn}_{index}",
            **({"namespace": namespace} if namespace else {}),
            "name": name,
            "arguments": _arguments(arguments),
            "status": "completed",
        }


def _response_use(answer: Answer) -> JsonObject:
    return {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {
            "cached_tokens": answer.cached_tokens,
            "cache_write_tokens": answer.cache_write_tokens,
        },
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
        "total_tokens": answer.input_tokens + answer.output_tokens,
    }


def _messages(answer: Answer, model: str, turn: int) -> Iterator[JsonObject]:
    use = {
        "input_tokens": answer.input_tokens - answer.cached_tokens - answer.cache_write_tokens,
        "cache_read_input_tokens": answer.cached_tokens,
        "cache_creation_input_tokens": answer.cache_write_tokens,
        "output_tokens": 1,
    }
    message: JsonObject = {
        "id": f"msg_{turn}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": use,
    }
    if not answer.tells_use:
        del message["usage"]
    yield {"type": "message_start", "message": message}
    yield {"type": "ping"}
    for index, (block, deltas) in enumerate(_message_blocks(answer, turn)):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    usual = "tool_use" if answer.calls else "end_turn"
    stop = {"length": "max_tokens", "refusal": "refusal"}.get(answer.stop or "", usual)
    end: JsonObject = {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}}
    if answer.tells_use:
        details = {"thinking_tokens": answer.reasoning_tokens}
        end["usage"] = {"output_tokens": answer.output_tokens, "output_tokens_details": details}
    yield end
    yield {"type": "message_stop"}


def _message_blocks(answer: Answer, turn: int) -> Iterator[tuple[JsonObject, list[JsonObject]]]:
    if answer.thinking:
        pieces = _pieces(answer.thinking, answer.piece)
        deltas: list[JsonObject] = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
        signature = {"type": "signature_delta", "signature": f"signed:{answer.thinking}"}
        yield {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]
    if answer.text:
        pieces = _pieces(answer.text, answer.piece)
        yield {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]
    for index, (name, arguments) in enumerate(answer.calls):
        block = {"type": "tool_use", "id": f"toolu_{turn}_{index}", "name": name, "input": {}}
        pieces = _pieces(_arguments(arguments), answer.piece)
        yield block, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
