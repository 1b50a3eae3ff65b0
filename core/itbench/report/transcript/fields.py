"""Fields of an event's data, as text or numbers whatever they hold: an agent may write anything into its trace."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.table import dollars, seconds

_LONGEST_IN_A_LINE = 100
_LARGEST = 1e15
_LONGEST_PARSED = 1_000_000


def text_of(value: JsonValue) -> str:
    """Return text as it is, nothing as an empty text, and anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value, indent=2)


def compact_text(value: JsonValue) -> str:
    """Return text as it is, nothing as an empty text, and anything else as one line of JSON."""
    if isinstance(value, str):
        return value
    return _json(value) if value else ""


def number_of(value: JsonValue) -> float | None:
    """Return a number from 0 that an amount can be; None for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and 0 <= value < _LARGEST else None


def object_of(value: JsonValue) -> JsonObject:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: JsonValue) -> list[JsonObject]:
    """Return the objects of a list; none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def taken_text(use: JsonObject, cost_usd: JsonValue, duration_s: JsonValue = None) -> str:
    """Return what a reply took: tokens, dollars, seconds, each as far as it is told."""
    return ", ".join(_taken(use, number_of(cost_usd), number_of(duration_s)))


def arguments_text(arguments: JsonValue) -> str:
    """Return the arguments of a call: a command as a shell takes it, short ones as one line of JSON, others by name."""
    found = _parsed(arguments)
    if not isinstance(found, dict):
        return text_of(found)
    command = found.get("command")
    others = {name: value for name, value in found.items() if name != "command"}
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        command = shlex.join(command)
    if isinstance(command, str) and not others:
        return f"$ {command}"
    if isinstance(command, str):
        return f"$ {command}\n{_named(others)}"
    return _named(found)


def result_text(output: JsonValue) -> str:
    """Return what a call gave: of a command what it printed, of anything else the text or JSON."""
    if not is_execution(output):
        found = _parsed(output)
        return _named(found) if isinstance(found, dict) else text_of(output)
    found = object_of(output)
    printed = text_of(found["stdout"]).rstrip("\n")
    errors = text_of(found.get("stderr")).rstrip("\n")
    if not errors:
        return printed
    return f"{printed}\nstderr:\n{errors}" if printed else f"stderr:\n{errors}"


def is_execution(output: JsonValue) -> bool:
    """Tell whether an output is that of a command."""
    return isinstance(output, dict) and "stdout" in output and "exit_code" in output


def _taken(use: Mapping[str, JsonValue], cost_usd: float | None, duration_s: float | None) -> Iterator[str]:
    counts = {
        name: number_of(use.get(f"{name}_tokens")) for name in ("input", "cached", "output", "reasoning")
    }
    if counts["input"] is not None:
        cached = f" ({counts['cached']:,.0f} cached)" if counts["cached"] else ""
        yield f"{counts['input']:,.0f} tokens in{cached}"
    if counts["output"] is not None:
        reasoning = f" ({counts['reasoning']:,.0f} reasoning)" if counts["reasoning"] else ""
        yield f"{counts['output']:,.0f} out{reasoning}"
    if counts["input"] is None and counts["output"] is None:
        yield "tokens unknown"
    yield "cost unknown" if cost_usd is None else dollars(cost_usd)
    if duration_s is not None:
        yield seconds(duration_s)


def _parsed(value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or value[:1] != "{" or len(value) > _LONGEST_PARSED:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _json(value: JsonValue, indent: int | None = None) -> str:
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False)
    except RecursionError:
        return "(nested too deep to be shown; itbench show --json has it)"


def _named(arguments: JsonObject) -> str:
    in_a_line = _json(arguments)
    has_lines = any(isinstance(value, str) and "\n" in value for value in arguments.values())
    if len(in_a_line) <= _LONGEST_IN_A_LINE and not has_lines:
        return in_a_line if arguments else ""
    return "\n".join(_named_lines(arguments))


def _named_lines(arguments: JsonObject) -> Iterator[str]:
    for name, value in arguments.items():
        text = text_of(value) if isinstance(value, (str, dict, list)) else _json(value)
        yield f"{name}:\n{text}" if "\n" in text else f"{name}: {text}"


def thoughts_of(native: JsonValue) -> str:
    """Return what a reply, as the provider gave it, tells of the model's reasoning; empty if it tells nothing."""
    parts = native if isinstance(native, list) else [native]
    return "\n".join(filter(None, (_thought(object_of(part)) for part in parts)))


def _thought(part: JsonObject) -> str:
    if part.get("type") == "thinking":
        return text_of(part.get("thinking"))
    if part.get("type") == "reasoning":
        return "\n".join(_texts(objects_of(part.get("summary"))))
    said = part.get("reasoning_content") or part.get("reasoning")
    return said if isinstance(said, str) else ""


def _texts(parts: Sequence[JsonObject]) -> Iterator[str]:
    yield from (text_of(part.get("text")) for part in parts)
