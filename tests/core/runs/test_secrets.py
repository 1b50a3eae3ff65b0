"""Secrets that stand in every place of a run, looked for in all that is kept, printed and exported."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from itbench.store.reader import RunFile

Itbench = Callable[..., Any]

KEY = 'sk-pl4nted/+"key"\\of=the ünit'
OTHER = "another-planted-password-4711"

# Says the secret in every form, on both outputs, in its answer, in its own name for things, and in how it ends.
PROGRAM = """
import base64, json, os, sys
from urllib.parse import quote
key = os.environ["SERVICE_API_KEY"]
data = key.encode()
forms = [key, json.dumps(key), json.dumps(json.dumps(key)), quote(key, safe=""), data.hex(), data.hex().upper()]
forms += [base64.b64encode(b"x" * before + data + b"y").decode() for before in range(3)]
for form in forms:
    print(form)
    print(form, file=sys.stderr)
task = json.load(open("task.json"))
words = task["instructions"].split()
answer = {"sum": int(words[1]) + int(words[3].rstrip(";"))}
if "no-json" in sys.argv:
    text = f"no JSON {forms}"
elif "no-answer" in sys.argv:
    text = json.dumps({key: forms, "sum": forms})
else:
    text = "\\n".join(["I found", *forms, "```json", json.dumps(answer), "```"])
open("answer.json", "w").write(text)
print("ended with", key, file=sys.stderr)
sys.exit(int(task["id"][-1]) % 2)
"""


def forms(secret: str) -> Iterator[bytes]:
    """Yield what must be found nowhere: each spelling, cut to where its surroundings do not matter."""
    data = secret.encode()
    yield data
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    yield json.dumps(json.dumps(secret))[3:-3].encode()
    yield quote(secret, safe="").encode()
    yield data.hex().encode()
    yield data.hex().upper().encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data)
        yield encoded[4 : len(encoded) - 4]


def found_in(data: bytes) -> list[bytes]:
    return [form for secret in (KEY, OTHER) for form in forms(secret) if form in data]


@pytest.fixture
def planted(sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERVICE_API_KEY", KEY)
    monkeypatch.setenv("DATABASE_PASSWORD", OTHER)
    path = tmp_path / "agent.py"
    path.write_text(PROGRAM)
    return path


def words(program: Path, *more: str) -> tuple[Any, ...]:
    agent = ("-a", "command:env=SERVICE_API_KEY", "--sandbox", "none", "--allow-unsafe")
    return ("sums", "-n", "2", *agent, "--", sys.executable, program, *more)


@pytest.mark.slow  # Many commands over one run.
@pytest.mark.parametrize(
    "more", [(), ("no-json",), ("no-answer",)], ids=["an answer", "no JSON", "no answer"]
)
def test_a_planted_secret_is_in_nothing_that_is_kept_printed_or_exported(
    planted: Path, itbench: Itbench, more: tuple[str, ...]
) -> None:
    done = itbench("run", *words(planted, "--api-key", KEY, f"--url=http://me:{OTHER}@host/", *more))
    (path,) = Path("runs").glob("*.itbench")
    said = [done.out, done.err]
    for command in (
        ("show", path),
        ("show", path, "--json"),
        ("show", path, "sum-0000"),
        ("show", path, "sum-0001"),
        ("show", path, "sum-0001", "--json"),
        ("runs",),
        ("leaderboard", path),
        ("leaderboard", path, "--json"),
        ("score", path),
        *(
            ("export", path, "--to", kind, "-o", f"out.{kind}")
            for kind in ("jsonl", "csv", "html", "parquet")
        ),
        ("export", path, "--to", "csv", "-o", "-"),
        ("resume", path),
        ("run", "--dry-run", *words(planted, "--api-key", KEY)),
    ):
        done = itbench(*command)
        said += [done.out, done.err]
    kept = [entry.read_bytes() for entry in Path().rglob("*") if entry.is_file() and entry.name != "agent.py"]
    assert len(kept) > 4
    assert [found_in(data) for data in [*kept, *(text.encode() for text in said)] if found_in(data)] == []
    assert b"[secret]" in path.read_bytes()
    with RunFile(path) as run:
        rows = {row["task"]: row for row in run.outcomes()}
    if not more:
        assert rows["sum-0000"]["value"] == 1.0
        assert "[secret]" in rows["sum-0001"]["fault"]


@pytest.mark.slow  # Resumes a run.
def test_a_resume_asks_for_words_that_hold_a_secret_and_takes_no_others(
    planted: Path, itbench: Itbench
) -> None:
    itbench("run", *words(planted, "--api-key", KEY))
    (path,) = Path("runs").glob("*.itbench")
    program = (sys.executable, str(planted))
    done = itbench("resume", path)
    assert done.code == 2
    assert f"give them again: itbench resume {path} -- WORDS" in done.err
    other = itbench("resume", path, "--", *program, "--api-keys", KEY)
    assert (other.code, "started with other words" in other.err) == (2, True)
    again = itbench("resume", path, "--", *program, "--api-key", KEY)
    assert again.code == 0, again.err
    assert KEY not in done.err + other.err + again.out + again.err


def test_a_run_without_secrets_keeps_its_words(sums: Path, itbench: Itbench) -> None:
    program = ("sh", "-c", "cat task.json > answer.json")
    itbench("run", "sums", "-n", "1", "-a", "command", "--sandbox", "none", "--allow-unsafe", "--", *program)
    (path,) = Path("runs").glob("*.itbench")
    with RunFile(path) as run:
        assert run.plan()["agent"]["arguments"] == list(program)


@pytest.mark.slow
def test_an_error_message_shows_no_secret(planted: Path) -> None:
    command = [sys.executable, "-m", "itbench", "show", f"runs/{KEY}.itbench"]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "[secret]" in done.stderr
    assert found_in(done.stderr.encode()) == []
