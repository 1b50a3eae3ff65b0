"""Calls a tool of the task: `itbench-tool NAME [JSON]`; runs in the sandbox, with the standard library alone.

The other end of the connection is `itbench.agents.tool_server.server`; the messages are told there.
"""

import _socket  # `socket` takes 5 ms to import
import json
import os
import sys

USAGE = """\
usage: itbench-tool               list the tools of this task, each with the JSON Schema of its arguments
       itbench-tool NAME          call a tool without arguments
       itbench-tool NAME JSON     call a tool with arguments, a JSON object
       itbench-tool NAME -        the same, with the JSON read from standard input

The result is printed as JSON. Exit codes: 0 a result, 1 the tool failed, 2 the call was wrong, 3 there are no tools here.
"""
TOOL_FAILED, MISUSE, NO_TOOLS = 1, 2, 3
LONGEST_BYTES = 1 << 20


def main(words: list[str]) -> int:
    """Do what the words ask for, and return the exit code."""
    if words in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return 0
    if len(words) > 2:
        return fail(
            MISUSE,
            "too many words; write the arguments as one JSON object in quotes, see itbench-tool --help",
        )
    text = words[1] if len(words) == 2 else "{}"
    try:
        arguments = json.loads(sys.stdin.buffer.read(LONGEST_BYTES) if text == "-" else text)
    except (ValueError, RecursionError) as error:
        return fail(MISUSE, f"the arguments are not JSON: {error}")
    asked = {"do": "call", "tool": words[0], "arguments": arguments} if words else {"do": "list"}
    request = json.dumps(asked, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    if len(request) > LONGEST_BYTES:
        return fail(MISUSE, f"a call with its arguments may have {LONGEST_BYTES} bytes")
    try:
        answer = ask(request)
    except (OSError, ValueError) as error:
        return fail(NO_TOOLS, f"this task has no tools, or they cannot be reached: {error}")
    if not answer["ok"]:
        return fail(MISUSE if answer["misuse"] else TOOL_FAILED, answer["error"])
    result = json.dumps(answer["result"], ensure_ascii=False, indent=None if words else 2)
    sys.stdout.buffer.write(result.encode("utf-8", "backslashreplace") + b"\n")
    return 0


def ask(request: bytes) -> dict[str, object]:
    """Send a request and return the answer."""
    host, _, port = os.environ.get("ITBENCH_TOOLS", "").rpartition(":")
    if not host:
        raise ValueError("ITBENCH_TOOLS is not set")
    line = _socket.socket()
    line.connect((host, int(port)))
    line.sendall(request)
    answer = bytearray()
    while not answer.endswith(b"\n"):
        part = line.recv(1 << 16)
        if not part:
            raise ConnectionError("the connection was closed without an answer")
        answer += part
    found: dict[str, object] = json.loads(answer)
    return found


def fail(code: int, message: object) -> int:
    """Print one line of error and return the exit code."""
    sys.stderr.buffer.write(f"itbench-tool: {message}\n".encode("utf-8", "backslashreplace"))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
