"""What a scripted model says to those who do not want it as a stream."""

import json

from itbench.interfaces.json import JsonObject
from itbench.testing.model_answers import Answer, events_of


def whole_of(answer: Answer, api: str, model: str, turn: int) -> JsonObject:
    """Return an answer as one JSON document, as the provider of the interface spells it."""
    lines = (event.decode().rpartition("data: ")[2] for event in events_of(answer, api, model, turn))
    events = [json.loads(line) for line in lines if not line.startswith("[DONE]")]
    makers = {"chat": _chat, "responses": _responses, "messages": _messages}
    return makers[api](events)


def _chat(events: list[JsonObject]) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": ""}
    whole = events[0] | {"object": "chat.completion"}
    for event in events:
        whole |= {"usage": event["usage"]} if "usage" in event else {}
        for choice in event["choices"]:
            _grow(message, choice["delta"])
            whole["choices"] = [{"index": 0, "message": message, "finish_reason": choice["finish_reason"]}]
    return whole


def _grow(message: JsonObject, delta: JsonObject) -> None:
    for key, value in delta.items():
        if key == "tool_calls":
            calls = message.setdefault("tool_calls", [])
            for part in value:
                if part["index"] == len(calls):
                    calls.append({key: each for key, each in part.items() if key != "index"})
                else:
                    calls[part["index"]]["function"]["arguments"] += part["function"]["arguments"]
        elif key != "role":
            message[key] = message.get(key, "") + value


def _responses(events: list[JsonObject]) -> JsonObject:
    whole: JsonObject = events[-1]["response"]
    return whole


def _messages(events: list[JsonObject]) -> JsonObject:
    whole: JsonObject = events[0]["message"]
    spelled = ""
    for event in events:
        if event["type"] == "content_block_start":
            whole["content"].append(event["content_block"])
            spelled = ""
        elif event["type"] == "content_block_delta":
            block, delta = whole["content"][-1], event["delta"]
            kind, value = next((key, value) for key, value in delta.items() if key != "type")
            if kind == "partial_json":
                spelled += value
                block["input"] = _object(spelled)
            else:
                block[kind] = block.get(kind, "") + value
        elif event["type"] == "message_delta":
            whole |= event["delta"]
            if "usage" in whole:
                whole["usage"] |= event["usage"]
    return whole


def _object(text: str) -> JsonObject:
    try:
        found: JsonObject = json.loads(text)
    except ValueError:
        return {}
    return found
