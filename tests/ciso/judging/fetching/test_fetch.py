"""Scripts of strangers: whatever they do, there is an outcome, and the next one runs as if nothing had been."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.workspace import Input
from itbench.sandbox.bench import BENCH_LIMITS
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.limits import MIB
from itbench_ciso.judging.fetching.fetch import Fetcher
from itbench_ciso.judging.fetching.memory import FetchMemory, key_of
from itbench_ciso.judging.fetching.outcome import FetchLimits, FetchOutcome, NotJsonError, plain_json
from itbench_ciso.judging.fetching.script import rewritten
from itbench_ciso.judging.masked import Mask

pytestmark = pytest.mark.slow  # Runs scripts in the sandbox.


Fetch = Callable[..., FetchOutcome]
SMALL = replace(
    BENCH_LIMITS,
    processes=16,
    workspace_bytes=4 * MIB,
    temporary_bytes=2 * MIB,
    output_bytes=2 * MIB,
    memory_bytes=256 * MIB,
)
GOOD = """printf '{"resources": []}' > collected_data.json\n"""
PYTHON = "python3 - <<'END'\n{}\nEND\n"


@pytest.fixture
def fetch(bench: Sandbox, manifests: Callable[..., list[Input]]) -> Fetch:
    """Return a function that runs one script over one small set."""

    def run(
        script: str | bytes, limits: FetchLimits | None = None, sandbox: Sandbox | None = None
    ) -> FetchOutcome:
        files = manifests({"a.yaml": "kind: Pod\nmetadata: {name: x}\n"})
        data = script if isinstance(script, bytes) else script.encode()
        fetcher = Fetcher(data, sandbox or bench, limits)
        return asyncio.run(fetcher.fetch({"one": files}))["one"]

    return run


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/bash\n" + GOOD,
        "#!/usr/bin/env bash\nset -euo pipefail\n[[ -f static-resources/a.yaml ]]\n" + GOOD,
        GOOD,
        "#!/bin/sh\n" + GOOD,
        "#!/usr/bin/env python3\nimport json\njson.dump({'resources': []}, open('collected_data.json', 'w'))\n",
        "#!/bin/bash\ncat static-resources/a.yaml >&2\nhead -c 3 ; echo before; " + GOOD,
        '#!/bin/bash\njq -n "{resources: []}" > collected_data.json\n',
        PYTHON.format("import yaml, json\nassert yaml.safe_load(open('static-resources/a.yaml'))['kind'] == 'Pod'\nopen('collected_data.json','w').write('{\"resources\": []}')"),
    ],
    ids=["bash", "env", "no first line", "sh", "python", "reads standard input", "jq", "PyYAML"],
)  # fmt: skip
def test_a_script_that_works_gives_its_data(script: str, fetch: Fetch) -> None:
    outcome = fetch(script)
    assert outcome.problem == ""
    assert (outcome.data, outcome.exit_code) == (b'{"resources":[]}', 0)


BAD = {
    "writes nothing": ("true", "fetch.sh left no collected_data.json"),
    "fails": (GOOD + "exit 3", "fetch.sh ended with exit code 3"),
    "fails early": ("set -e\nfalse\n" + GOOD, "fetch.sh ended with exit code 1"),
    "is killed": (GOOD + "kill -9 $$", "fetch.sh ended with exit code -9"),
    "no program": ("#!/no/such/program\n", "fetch.sh ended with exit code 12"),
    "binary": ("head -c 2000 /dev/urandom | tee collected_data.json", "collected_data.json is not JSON: "),
    "is binary": (b"\x7fELF\x02\x01\x01\x00\xff\xff", "fetch.sh ended with exit code 126"),
    "empty data": (": > collected_data.json", "collected_data.json is not JSON: Expecting value"),
    "not JSON": ("echo '{a: 1}' > collected_data.json", "collected_data.json is not JSON: "),
    "NaN": ("""echo '{"a": NaN}' > collected_data.json""", "collected_data.json is not JSON: NaN is not a JSON value"),
    "infinity": ("""echo '[1e999]' > collected_data.json""", "collected_data.json is not JSON: "),
    "a number without end": (PYTHON.format("open('collected_data.json','w').write('1' * 100000)"), "collected_data.json is not JSON: "),
    "deep": (PYTHON.format("open('collected_data.json','w').write('[' * 100000 + ']' * 100000)"), "collected_data.json is not JSON: it is nested too deeply"),
    "a link to a file": ("ln -s static-resources/a.yaml collected_data.json", "symbolic links"),
    "a link out": ("ln -s /etc/passwd collected_data.json", "symbolic links"),
    "a link to itself": ("ln -s collected_data.json collected_data.json", "symbolic links"),
    "a FIFO": ("mkfifo collected_data.json", "is not a plain file"),
    "a folder": ("mkdir collected_data.json", "is not a plain file"),
    "a device": ("ln -s /dev/zero collected_data.json", "symbolic links"),
    "huge": ("truncate -s 9000000 collected_data.json", "holds 9000000 bytes, allowed: 8388608"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_script_that_leaves_no_data_says_why(name: str, fetch: Fetch) -> None:
    script, told = BAD[name]
    outcome = fetch(script)
    assert told in outcome.problem
    assert outcome.data is None
    assert "\n" not in outcome.problem + outcome.stderr


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (GOOD + "sleep 600", "fetch.sh was ended at its time limit"),
        ("while :; do :; done", "fetch.sh was ended at its time limit"),
        ("yes > big", "fetch.sh ended with exit code"),
        ("cat /dev/zero > collected_data.json", "fetch.sh ended with exit code"),
        ("yes", "fetch.sh ended with exit code"),
        ("f() { f | f & }; f; wait; sleep 600", ""),
        ("for i in $(seq 1000); do sleep 600 & done; wait", ""),
        (PYTHON.format("x = []\nwhile True: x.append(bytearray(10_000_000))"), "fetch.sh ended with exit code"),
        ("i=0; while mkdir d$i; do i=$((i+1)); done", ""),
    ],
    ids=["sleeps", "loops", "fills its quota", "fills its quota with the data", "prints without end", "forks without end", "starts a thousand", "takes all memory", "makes folders without end"],
)  # fmt: skip
def test_a_script_that_takes_too_much_is_ended_and_the_next_one_runs(
    script: str, told: str, fetch: Fetch
) -> None:
    sandbox = BubblewrapSandbox(SMALL)
    # Only what never ends by itself is held to a short time: the others may be slow to reach their limit.
    limits = FetchLimits(script_s=60.0 if "exit code" in told else 1.0)
    outcome = fetch(script, limits, sandbox)
    assert outcome.data is None
    assert told in outcome.problem
    assert len(outcome.stderr) <= 300
    assert fetch(GOOD, FetchLimits(script_s=60.0), sandbox).data == b'{"resources":[]}'


def test_what_a_script_prints_is_kept_as_one_harmless_line(fetch: Fetch) -> None:
    outcome = fetch(r"printf '\033[31mred\n\nline\001\377' >&2; exit 1")
    assert outcome.stderr == "[31mred line �"


def test_nothing_is_kept_from_one_set_to_the_next(
    bench: Sandbox, manifests: Callable[..., list[Input]]
) -> None:
    script = b"""
before=$(for place in . /tmp /dev/shm; do ls -A "$place" | grep -c seen; touch "$place/seen"; done)
jq -n --arg found "$before" '$found | split("\n")' > collected_data.json
stat -c '%Y %n' static-resources/* >&2
"""
    sets = {str(number): manifests({"a.yaml": f"kind: {number}"}, str(number)) for number in range(4)}
    found = asyncio.run(Fetcher(script, bench).fetch(sets))
    assert {outcome.data for outcome in found.values()} == {b'["0","0","0"]'}
    assert {outcome.stderr for outcome in found.values()} == {"0 static-resources/a.yaml"}


def test_the_sandbox_shows_the_files_read_only_and_no_network(fetch: Fetch) -> None:
    outcome = fetch(
        "{ echo x >> static-resources/a.yaml || echo read-only; } 2> /dev/null\n"
        "python3 -c 'import socket; socket.create_connection((\"1.1.1.1\", 53), 1)' 2> /dev/null || echo offline\n"
        "env | grep -c ITBENCH\nls /home\n" + GOOD
    )
    assert outcome.problem == ""
    noisy = fetch("{ { echo x >> static-resources/a.yaml; } 2>/dev/null || echo read-only; } >&2; exit 9")
    assert noisy.stderr == "read-only"


def test_the_time_of_all_runs_together_is_limited(
    bench: Sandbox, manifests: Callable[..., list[Input]]
) -> None:
    sets = {str(number): manifests({"a.yaml": f"kind: t{number}"}, f"t{number}") for number in range(12)}
    fetcher = Fetcher(b"while :; do :; done # total", bench, FetchLimits(script_s=0.4, total_s=0.5))
    found = asyncio.run(fetcher.fetch(sets))
    problems = [outcome.problem for outcome in found.values()]
    assert problems.count("not run: 0.5 s for all runs were used up") >= 6
    assert sum("time limit" in problem for problem in problems) >= 1


def test_the_same_script_over_the_same_files_is_run_once(
    bench: Sandbox, manifests: Callable[..., list[Input]]
) -> None:
    script = b"date +%s%N > collected_data.json"

    def run(script: bytes, text: str) -> Mapping[str, Any]:
        return asyncio.run(Fetcher(script, bench).fetch({"s": manifests({"a.yaml": text})}))["s"].data

    first = run(script, "kind: A")
    assert run(script, "kind: A") == first
    assert run(script, "kind: B") != first
    assert run(script + b" ", "kind: A") != first


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    memory = FetchMemory(most_bytes=3500)
    outcomes = {key: FetchOutcome(problem=key) for key in "abcd"}
    for key in "abc":
        memory.put(key, outcomes[key])
    assert memory.get("a") is outcomes["a"]
    memory.put("d", outcomes["d"])
    assert [memory.get(key) is not None for key in "abcd"] == [True, False, True, True]


def test_keys_tell_contents_apart_that_are_only_divided_otherwise(
    manifests: Callable[..., list[Input]],
) -> None:
    keys = [
        key_of(b"s", manifests({"a": "xy"}, "1"), ""),
        key_of(b"s", manifests({"a": "x", "b": "y"}, "2"), ""),
        key_of(b"s", manifests({"b": "xy"}, "3"), ""),
        key_of(b"s2", manifests({"a": "xy"}, "4"), ""),
        key_of(b"s", manifests({"a": "xy"}, "5"), "60 s"),
    ]
    assert len(set(keys)) == 5
    assert keys[0] == key_of(b"s", manifests({"a": "xy"}, "6"), "")


@pytest.mark.parametrize(
    ("script", "workspace", "result"),
    [
        (b"cat /home/me/static-resources/*", "/home/me", b"cat static-resources/*"),
        (b"cd /home/me && ls /home/me/x", "/home/me/", b"cd . && ls ./x"),
        (b"cat static-resources/*", "/home/me", b"cat static-resources/*"),
        (b"cd /", None, b"cd /"),
        (b"cd /", "/", b"cd /"),
    ],
)
def test_the_place_where_a_script_was_written_is_taken_out(
    script: bytes, workspace: str | None, result: bytes
) -> None:
    assert rewritten(script, workspace) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('"é\\ud83d"', "é\ud83d"),
        ("[1.5, -0, 12345678901234567890]", [1.5, 0, 12345678901234567890]),
        (" null ", None),
    ],
)
def test_json_is_read_as_it_is(text: str, result: object) -> None:
    data = plain_json(text.encode())
    assert data.isascii()
    assert json.loads(data) == result


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{",
        b"[1,]",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"[" * 200_000,
        b"\xef\xbb\xbf[]",
        b"[" * 201 + b"]" * 201,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_what_is_not_json_or_nested_too_deeply_is_told_in_one_line(data: bytes) -> None:
    with pytest.raises(NotJsonError) as caught:
        plain_json(data)
    assert "\n" not in str(caught.value)


def test_whatever_is_read_can_be_read_by_all_that_follows() -> None:
    """The words of manifests in other words are put back in it, level by level."""
    data = plain_json(b'[{"a":' * 99 + b'"w00112233445566778899w"' + b"}]" * 99)
    assert Mask(b"secret").restored(data) == data
