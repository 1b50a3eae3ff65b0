"""Events that are one block each, whatever came before."""

from collections.abc import Callable

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.report.table import seconds
from itbench.report.transcript.block import Block, BlockKind
from itbench.report.transcript.fields import compact_text, number_of, text_of


def _waiting(at_s: float, data: JsonObject) -> Block:
    wait_s = number_of(data.get("wait_s"))
    attempt = f"attempt {text_of(data.get('attempt'))} of {text_of(data.get('attempts'))}"
    then = "not sent again" if wait_s is None else f"{attempt} in {seconds(wait_s)}"
    title = f"request failed, {then}: {text_of(data.get('failure'))}"
    return Block(at_s=at_s, kind=BlockKind.WAITING, title=title)


def _failed(at_s: float, data: JsonObject) -> Block:
    status = f" with status {text_of(data['status'])}" if data.get("status") is not None else ""
    title = f"request failed{status}, not sent again: {text_of(data.get('message'))}"
    return Block(at_s=at_s, kind=BlockKind.FAULT, title=title)


def _too_long(at_s: float, data: JsonObject) -> Block:
    title = f"the conversation does not fit the model's window: {text_of(data.get('message'))}"
    return Block(at_s=at_s, kind=BlockKind.FAULT, title=title)


def _checked(at_s: float, data: JsonObject) -> Block:
    failure = text_of(data.get("failure"))
    ending = f"fails: {failure}" if failure else f"answers, {seconds(number_of(data.get('duration_s')))}"
    title = f"question to tell whether the provider fails: it {ending}"
    return Block(at_s=at_s, kind=BlockKind.WAITING if failure else BlockKind.NOTE, title=title)


def _network(at_s: float, data: JsonObject) -> Block:
    target, is_allowed = text_of(data.get("target")), data.get("allowed") is True
    if not is_allowed:
        title = f"network: {target} refused: {text_of(data.get('reason'))}"
        return Block(at_s=at_s, kind=BlockKind.WAITING, title=title)
    sent, received = (text_of(data.get(f"{name}_bytes")) for name in ("sent", "received"))
    title = f"network: {target}, {sent} bytes sent, {received} received"
    return Block(at_s=at_s, kind=BlockKind.NOTE, title=title)


def _said(at_s: float, data: JsonObject) -> Block:
    role, content = text_of(data.get("role")), data.get("content")
    kind = {"system": BlockKind.SYSTEM, "user": BlockKind.USER}.get(role, BlockKind.MODEL)
    return Block(at_s=at_s, kind=kind, title=role, body=text_of(content))


def _summarised(at_s: float, data: JsonObject) -> Block:
    title = f"the conversation continues from a summary of {text_of(data.get('characters'))} characters"
    return Block(at_s=at_s, kind=BlockKind.NOTE, title=title)


def _warned(at_s: float, data: JsonObject) -> Block:
    return Block(at_s=at_s, kind=BlockKind.WAITING, title=f"warning: {text_of(data.get('message'))}")


def _observed(at_s: float, data: JsonObject) -> Block:
    harm = text_of(data.get("broken_by_agent"))
    if harm:
        return Block(at_s=at_s, kind=BlockKind.FAULT, title=f"observed: broken by the agent: {harm}")
    return Block(at_s=at_s, kind=BlockKind.NOTE, title="the end state was observed")


def _ended(at_s: float, data: JsonObject) -> Block:
    return Block(at_s=at_s, kind=BlockKind.NOTE, title=f"the agent ended: {text_of(data.get('by'))}")


def _about(at_s: float, data: JsonObject) -> Block:
    more = {name: value for name, value in data.items() if name != "about"}
    return Block(
        at_s=at_s, kind=BlockKind.NOTE, title=text_of(data.get("about")) or "note", body=compact_text(more)
    )


SIMPLE: dict[str, Callable[[float, JsonObject], Block]] = {
    EventKind.FAILED: _failed,
    EventKind.MODEL_CHECK: _checked,
    EventKind.MESSAGE: _said,
    EventKind.WAITING: _waiting,
    EventKind.TOO_LONG: _too_long,
    EventKind.SUMMARISED: _summarised,
    EventKind.CUT: _warned,
    EventKind.NETWORK: _network,
    EventKind.NOTE: _about,
    EventKind.WARNING: _warned,
    EventKind.ENVIRONMENT: _about,
    EventKind.OBSERVED: _observed,
    EventKind.END: _ended,
}
"""The block of each kind of event of which nothing else has to be known."""
