"""Carries MCP between a client's pipes and the server of the tools; runs in the sandbox, with the standard library alone.

The other end of the connection is `itbench.agents.tool_server.server`; the messages are told there.
"""

import _socket  # `socket` takes 5 ms to import
import _thread
import os
import sys

PIECE_BYTES = 1 << 16


def main() -> int:
    """Serve until either side ends, and return the exit code."""
    host, _, port = os.environ.get("ITBENCH_TOOLS", "").rpartition(":")
    if not host:
        return fail("this task has no tools: ITBENCH_TOOLS is not set")
    line = _socket.socket()
    try:
        line.connect((host, int(port)))
        line.sendall(b'{"do": "mcp"}\n')
        refusal = first_line(line)
        if refusal:
            return fail(refusal)
        carry(line)
    except (OSError, ValueError) as error:
        return fail(f"the tools cannot be reached: {error}")
    return 0


def first_line(line: _socket.socket) -> str:
    """Read the server's first line byte by byte, for MCP begins right behind it; return why it refuses, if it does."""
    text = bytearray()
    while not text.endswith(b"\n"):
        byte = line.recv(1)
        if not byte:
            return "the connection was closed without an answer"
        text += byte
    if text == b'{"ok":true}\n':
        return ""
    import json

    return str(json.loads(text)["error"])


def carry(line: _socket.socket) -> None:
    """Carry bytes both ways until the server closes the connection, which it does once the client has closed its end."""
    _thread.start_new_thread(send_input, (line,))
    while data := line.recv(PIECE_BYTES):
        write_all(1, data)


def send_input(line: _socket.socket) -> None:
    """Carry what the client writes, in a thread of its own: neither way may keep the other waiting."""
    try:
        while data := os.read(0, PIECE_BYTES):
            line.sendall(data)
        line.shutdown(_socket.SHUT_WR)
    except OSError:
        return  # the server has closed the connection, which the other way sees as well


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte."""
    while data:
        data = data[os.write(descriptor, data) :]


def fail(message: object) -> int:
    """Print one line of error and return the exit code."""
    sys.stderr.buffer.write(f"itbench-mcp: {message}\n".encode("utf-8", "backslashreplace"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
