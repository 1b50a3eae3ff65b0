"""A program as anybody could have one: it asks its model through the gateway, and runs the commands that it is told."""

import json
import os
import subprocess
import sys
import urllib.request

TOOL = {
    "type": "function",
    "function": {
        "name": "execute",
        "description": "Run a command in bash.",
        "parameters": {
            "type": "object",
            "properties": {"command": {"type": "string"}},
            "required": ["command"],
        },
    },
}


def main() -> None:
    """Ask until the model calls no tool any more."""
    messages = [{"role": "user", "content": sys.stdin.read()}]
    while True:
        message = ask(messages)
        messages.append(message)
        if not message.get("tool_calls"):
            return
        for call in message["tool_calls"]:
            command = json.loads(call["function"]["arguments"])["command"]
            print(f"$ {command.splitlines()[0]}", flush=True)
            done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
            messages.append(
                {"role": "tool", "tool_call_id": call["id"], "content": done.stdout + done.stderr}
            )


def ask(messages: list) -> dict:
    """Return the model's message."""
    body = json.dumps({"model": "orbit-1", "messages": messages, "tools": [TOOL]}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    address = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
        return json.load(answer)["choices"][0]["message"]


if __name__ == "__main__":
    main()
