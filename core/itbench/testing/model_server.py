"""A scripted model behind real HTTP on the loopback: Chat Completions, Responses and Anthropic's Messages.

Example:
    def answer(asked):
        if asked.turn == 0:
            return Answer(calls=[("execute", {"command": "ls"})])
        return Answer(calls=[("finish", {})])

    with ModelServer(answer) as server:
        model = find_model("openai/any", {"base_url": server.openai_url})
"""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

from itbench.egress.listening import stop_listening
from itbench.interfaces.json import JsonObject
from itbench.testing.model_answers import Answer, Broken, Raw, Status, events_of
from itbench.testing.model_wholes import whole_of

__all__ = ["Answer", "Asked", "Broken", "ModelServer", "Raw", "Status", "script"]

_APIS = {"/v1/chat/completions": "chat", "/v1/responses": "responses", "/v1/messages": "messages"}
_BACKLOG = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request.

    Attributes:
        number: of the request, counted from 0 over all that the server was sent.
        api: `chat`, `responses` or `messages`.
        headers: by their names in small letters.
        body: of the request.
    """

    number: int
    api: str
    headers: dict[str, str]
    body: JsonObject

    @property
    def turn(self) -> int:
        """How many replies of the model the conversation holds already."""
        own = [_is_of_model(message) for message in self.messages]
        return sum(is_own and not (place and own[place - 1]) for place, is_own in enumerate(own))

    @property
    def messages(self) -> list[JsonObject]:
        """The messages or items of the conversation, without the system prompt where it is apart."""
        messages = self.body["input" if self.api == "responses" else "messages"]
        return [{"role": "user", "content": messages}] if isinstance(messages, str) else messages

    @property
    def results(self) -> list[str]:
        """The texts of all tool results in the conversation, in their order."""
        if self.api == "chat":
            return [entry["content"] for entry in self.messages if entry["role"] == "tool"]
        if self.api == "responses":
            return [entry["output"] for entry in self.messages if "output" in entry]
        blocks = [block for message in self.messages for block in _blocks(message)]
        return [block["content"] for block in blocks if block["type"] == "tool_result"]

    @property
    def texts(self) -> list[str]:
        """The texts of the user in the conversation, in their order."""
        users = [entry for entry in self.messages if entry.get("role") == "user"]
        blocks = [block for message in users for block in _blocks(message)]
        return [block["text"] for block in blocks if block["type"] == "text"]


Reaction: TypeAlias = Answer | Status | Broken | Raw


def script(*reactions: Reaction) -> Callable[[Asked], Reaction]:
    """Return a function that gives the reactions one after the other, request by request, and the last forever."""

    def react(asked: Asked) -> Reaction:
        return reactions[min(asked.number, len(reactions) - 1)]

    return react


class ModelServer:
    """Answers requests as a function says, in a thread of its own; use it in a `with`.

    Args:
        react: tells what to answer; called in the server's thread.
        keeps: False to forget the requests, where there are many.
    """

    def __init__(self, react: Callable[[Asked], Reaction], *, keeps: bool = True) -> None:
        self.requests: list[Asked] = []
        self._react = react
        self._keeps = keeps
        self._count = 0
        self._port = 0
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; raise what the script raised, if the test has not failed by itself."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    @property
    def url(self) -> str:
        """The base URL for Anthropic's library."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI's library."""
        return f"{self.url}/v1"

    def bodies(self) -> Sequence[JsonObject]:
        """Return the bodies of all requests."""
        return [asked.body for asked in self.requests]

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=_BACKLOG)
        self._port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await self._stopping.wait()
        await stop_listening(server)
        tasks = dict(self._connections)
        for task, writer in tasks.items():
            task.cancel()
            # A task that has not started yet would not close its connection.
            writer.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stopping.is_set():
            writer.transport.abort()
            return
        task = asyncio.create_task(self._connected(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # A client that hangs up in the middle does so on purpose.
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        except Exception as error:  # noqa: BLE001 - told to the test, in its own thread
            self._error = error
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection may go on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:])
        }
        data = await reader.readexactly(int(headers.get("content-length", "0")))
        api = _APIS.get(head[0].split()[1].partition("?")[0])
        if api is None:
            await _send_status(writer, Status(code=404, body={"error": {"message": "no such path"}}))
            return True
        asked = Asked(number=self._count, api=api, headers=headers, body=json.loads(data))
        self._count += 1
        if self._keeps:
            self.requests.append(asked)
        return await self._answer(self._react(asked), asked, writer)

    async def _answer(self, reaction: Reaction, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if isinstance(reaction, Status):
            await _send_status(writer, reaction)
            return True
        if isinstance(reaction, Raw):
            await _begin(writer, reaction.content_type, reaction.code, reaction.headers)
            await _send(writer, reaction.body, is_last=True)
            return True
        answer = reaction.answer if isinstance(reaction, Broken) else reaction
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if isinstance(reaction, Answer) and not asked.body.get("stream"):
            whole = whole_of(answer, asked.api, asked.body.get("model", ""), asked.turn)
            await _send_status(writer, Status(code=200, body=whole))
            return True
        await _begin(writer, "text/event-stream")
        events = list(events_of(answer, asked.api, asked.body.get("model", ""), asked.turn))
        if isinstance(reaction, Answer):
            await _send(writer, b"".join(events), is_last=True)
            return True
        await _send(writer, b"".join(events[: reaction.events]), is_last=False)
        if not reaction.is_cut:
            await self._stopping.wait()
        return False


def _is_of_model(message: JsonObject) -> bool:
    return message.get("role") == "assistant" or message.get("type") in {"reasoning", "function_call"}


def _blocks(message: JsonObject) -> list[JsonObject]:
    content = message.get("content") or []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


async def _begin(
    writer: asyncio.StreamWriter, content_type: str, code: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    fields = {"Content-Type": content_type, **(headers or {}), "Transfer-Encoding": "chunked"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"HTTP/1.1 {code} Scripted\r\n{lines}\r\n".encode())
    await writer.drain()


async def _send(writer: asyncio.StreamWriter, data: bytes, *, is_last: bool) -> None:
    for at in range(0, len(data), 65_536):
        part = data[at : at + 65_536]
        writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        await writer.drain()
    if is_last:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _send_status(writer: asyncio.StreamWriter, status: Status) -> None:
    body = json.dumps(status.body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **status.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"HTTP/1.1 {status.code} Scripted\r\n{lines}\r\n".encode() + body)
    await writer.drain()
