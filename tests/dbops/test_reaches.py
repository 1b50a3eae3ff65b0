"""What an agent makes the server run, by `COPY ... FROM PROGRAM`, runs in the server's sandbox and reaches nothing else.

Each reach is tried at secrets that are planted on the machine for it; some of them also find what is planted where they may look, so that they
are known to work.
"""

import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("dbops")]  # Two servers each.
PYTHON = "python3 -c 'import socket; s = socket.socket(socket.{family}); s.settimeout(3); s.connect({place}); print(s.recv(99))'"
# What is tried, and what it must find (a pattern), or None where nothing but that it prints no secret counts.
REACHES: dict[str, tuple[str, str | None]] = {
    "its own home": ("ls -A /home/user", r"^data\ndata\.tar$"),
    "its own database": ("cat /home/user/data/PG_VERSION", r"^\d+$"),
    "the secret file": ("cat {secret}", "No such file"),
    "the folder of the secret": ("ls -R {folder}", "No such file"),
    "every file of the machine": ("find / -name '*{mark}*' -not -path '/proc/*' 2>/dev/null", r"^$"),
    "every text": ("grep -rslI {canary} /home /tmp /dev/shm /etc /opt /usr/local /run /var /root /mnt /srv", r"^$"),
    "folders of the machine": ("ls -d /root /work /home/* /mnt/* 2>/dev/null", r"^/home/user$"),
    "its environment": ("env | sort", r"(?s)HOME=/home/user.*USER=user"),
    "the environments of others": ("cat /proc/[0-9]*/environ", None),
    "the open files of others": ("for n in /proc/[0-9]*/fd/*; do timeout 0.2 head -c 200 $n; done", None),
    "an inherited descriptor": ("cat /proc/self/fd/{descriptor}", None),
    "shared memory of the machine": ("cat {shared}", "No such file"),
    "the harness": ("kill -0 {pid} && echo it is there", "No such process"),
    "how many processes there are": ("ls -d /proc/[0-9]* | wc -l", r"^\d\d?$"),
    "a port of the machine": (PYTHON.format(family="AF_INET", place='("127.0.0.1", {port})'), "refused"),
    "a socket of the machine": (PYTHON.format(family="AF_UNIX", place='"{socket}"'), "No such file"),
    "an abstract socket": (PYTHON.format(family="AF_UNIX", place='"\\0{abstract}"'), "refused"),
    "the network": (PYTHON.format(family="AF_INET", place='("192.0.2.1", 80)'), "unreachable"),
    "names of the network": ("python3 -c 'import socket; print(socket.gethostbyname(\"example.com\"))'", "(?i)name resolution|not known"),
    "network devices": ("grep -c : /proc/net/dev", "^1$|Permission denied"),
    "what the agent has": ("cat /home/user/mine /tmp/mine", "No such file"),
    "a change of its input": ("echo {canary} >> /home/user/data.tar", "Read-only|Permission denied|Text file busy"),
    "a setting of the kernel": ("echo {canary} > /proc/sys/kernel/core_pattern", "Read-only|Permission denied"),
    "another root": ("unshare -r true || python3 -c 'import os, ctypes; print(ctypes.CDLL(None, use_errno=True).unshare(0x10000000))'", "(?i)not permitted|not found|-1"),
    "a mount": ("mount -t tmpfs none /mnt && echo mounted", "(?i)not found|permitted|superuser|denied"),
    "more rights": ("id -u; sudo id; su -c id", r"(?s)^[1-9]\d*\n.*not found"),
    "what was planted": ("grep -rsa {fault} /home/user/data --include='*.log' -l; ls /home/user/*.sql /tmp/*.sql", "No such file"),
}  # fmt: skip


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Plant secrets on the machine; return where they are."""
    canary, mark = f"itbench-planted-{os.urandom(8).hex()}", f"cart-{os.urandom(8).hex()}"
    folder = tmp_path / mark
    folder.mkdir()
    secret, shared = folder / f"truth-{mark}.json", Path("/dev/shm") / f"itbench-test-{mark}"
    secret.write_text(canary)
    monkeypatch.setenv("ITBENCH_PLANTED", canary)
    places: dict[str, Any] = {"socket": str(tmp_path / "s"), "abstract": f"itbench-test-{mark}"}
    with ExitStack() as stack:
        shared.write_text(canary)
        stack.callback(shared.unlink)
        descriptor = os.open(secret, os.O_RDONLY)
        stack.callback(os.close, descriptor)
        os.set_inheritable(descriptor, True)
        port = stack.enter_context(telling(socket.AF_INET, ("127.0.0.1", 0), canary)).getsockname()[1]
        stack.enter_context(telling(socket.AF_UNIX, places["socket"], canary))
        stack.enter_context(telling(socket.AF_UNIX, f"\0{places['abstract']}", canary))
        yield places | {
            "canary": canary,
            "mark": mark,
            "folder": str(folder),
            "secret": str(secret),
            "shared": str(shared),
            "descriptor": str(descriptor),
            "pid": str(os.getpid()),
            "port": str(port),
        }


def telling(family: int, place: Any, canary: str) -> socket.socket:
    """Return a server that tells a secret to everyone who calls."""
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind(place)
    server.listen()

    def serve() -> None:
        with suppress(OSError):
            while True:
                guest, _ = server.accept()
                guest.sendall(canary.encode())
                guest.close()

    threading.Thread(target=serve, daemon=True).start()
    return server


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def statements(values: dict[str, str]) -> str:
    """Return SQL that makes the server run each reach, and prints what each prints."""
    lines = ["create table reached (line text);"]
    for name, (command, _) in REACHES.items():
        for what, value in values.items():
            command = command.replace(f"{{{what}}}", value)
        # One column of whole lines, whatever they hold.
        lines += [
            f"\\echo == {name}",
            "truncate reached;",
            f"copy reached from program {quoted(f'({command}) 2>&1; true')} (format csv, delimiter e'\\x01', quote e'\\x02');",
            "select line from reached;",
        ]
    return "\n".join(lines)


def test_what_the_server_is_made_to_run_reaches_nothing(
    host: dict[str, str], faults: dict[str, str], finished: Callable[..., Any], rows: Callable[..., Any]
) -> None:
    assert len(REACHES) >= 12
    script = f"echo {host['mark']} > mine; psql -XqAt -h db -U oncall records <<'END'\n{statements(host | {'fault': 'twice'})}\nEND"
    told = finished("--task", faults["twice"], "--agent", "command", "--", "bash", "-c", script)
    (event,) = rows(told["path"], "SELECT data FROM event WHERE kind = 'tool'")
    output = json.loads(event["data"])["output"]
    found = dict(re.findall(r"== (.+)\n((?:(?!== ).*\n)*)", output["stdout"]))
    assert list(found) == list(REACHES), output
    wrong = {
        name: found[name]
        for name, (_, pattern) in REACHES.items()
        if pattern is not None and not re.search(pattern, found[name].strip())
    }
    assert not wrong, json.dumps(wrong, indent=1)
    for secret in (host["canary"], "itbench-canary"):
        assert secret not in output["stdout"]
    (submission,) = rows(told["path"], "SELECT observed FROM submission")
    assert json.loads(submission["observed"])["tonight"] == {
        "arrival": "done",
        "run": "done",
        "booking": "done",
    }
