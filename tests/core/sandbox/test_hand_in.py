"""What an agent leaves in its workspace is read without following it anywhere."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import Input
from itbench.sandbox.limits import GIB

# What the agent does, what the harness then reads, what it is told.
TRAPS = [
    ("ln -s {truth} answer.json", "answer.json", "not in the workspace"),
    ("ln -s /etc/passwd answer.json", "answer.json", "not in the workspace"),
    ("ln -s answer.json answer.json", "answer.json", "not in the workspace"),
    ("ln -s {folder} folder", "folder/truth.json", "not in the workspace"),
    ("ln -s / folder", "folder/etc/passwd", "not in the workspace"),
    ("ln -s . folder; echo x > answer.json", "folder/answer.json", "not in the workspace"),
    ("mkdir answer.json", "answer.json", "not a plain file"),
    ("mkfifo answer.json", "answer.json", "not a plain file"),
    ("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"answer.json\")'", "answer.json", "as it should be"),
    ("truncate -s 20M answer.json", "answer.json", "holds 20971520 bytes, allowed: 16777216"),
    ("echo x > answer.json", "../user/answer.json", "leads outside"),
    ("echo x > answer.json", "/home/user/answer.json", "leads outside"),
    ("true", "/etc/passwd", "leads outside"),
    ("true", "/proc/self/environ", "leads outside"),
    ("true", "/dev/zero", "leads outside"),
    ("true", "data/../../../etc/passwd", "leads outside"),
    ("true", "answer.json\0.txt", "leads outside"),
    ("true", "", "leads outside"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("command", "path", "message"), TRAPS)
def test_a_trap_is_refused(
    command: str, path: str, message: str, inside: Callable[..., Any], host: Any
) -> None:
    async def work(workspace: Any) -> None:
        made = await workspace.execute(command.format(**host.values), timeout_s=10)
        assert made.exit_code == 0
        with pytest.raises(ValueError, match=message):
            await workspace.read_file(path)

    inside(work, *host.inputs)


def test_a_hard_link_to_an_input_cannot_be_made(inside: Callable[..., Any], host: Any) -> None:
    async def work(workspace: Any) -> None:
        made = await workspace.execute("ln data/alerts.json answer.json", timeout_s=10)
        assert made.exit_code != 0
        with pytest.raises(FileNotFoundError):
            await workspace.read_file("answer.json")

    inside(work, *host.inputs)


def test_an_input_reads_as_it_lies_even_if_the_agent_moved_its_folder(
    inside: Callable[..., Any], host: Any
) -> None:
    async def work(workspace: Any) -> None:
        await workspace.execute("mv data moved; mkdir data; echo forged > data/alerts.json", timeout_s=10)
        assert await workspace.read_file("data/alerts.json") == b"[]\n"

    inside(work, *host.inputs)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("ln -s /etc etc", "etc/passwd"),
        ("ln -s {truth} answer.json", "answer.json"),
        ("mkfifo answer.json", "answer.json"),
        ("mkdir answer.json", "answer.json"),
        ("true", "data/alerts.json"),
    ],
)
def test_writing_to_a_trap_fails_and_changes_nothing(
    command: str, path: str, inside: Callable[..., Any], host: Any
) -> None:
    async def work(workspace: Any) -> None:
        await workspace.execute(command.format(**host.values), timeout_s=10)
        with pytest.raises(OSError):
            await workspace.write_file(path, b"forged")

    inside(work, *host.inputs)
    assert Path(host.values["truth"]).read_text() == host.canary
    assert host.inputs[0].source.read_text() == "[]\n"


def test_links_are_listed_and_not_followed(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> list[str]:
        await workspace.execute(
            "mkdir a; ln -s / a/root; ln -s . loop; echo x > a/x; mkdir shut; chmod 0 shut", timeout_s=10
        )
        found: list[str] = await workspace.list_files()
        return found

    assert inside(work) == ["a/root", "a/x", "loop"]


@pytest.mark.slow
def test_folders_without_end_are_listed_to_a_depth(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> list[str]:
        await workspace.execute("for i in $(seq 200); do mkdir d; echo > f; cd d; done", timeout_s=10)
        found: list[str] = await workspace.list_files()
        return found

    assert len(inside(work)) == 64


def test_an_input_of_five_gigabytes_is_not_copied(inside: Callable[..., Any], tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(5 * GIB)
    used_before = os.statvfs(tmp_path).f_bfree

    async def work(workspace: Any) -> str:
        result = await workspace.execute(
            "stat -c %s large.bin; tail -c 3 large.bin | od -An -tx1", timeout_s=10
        )
        with pytest.raises(ValueError, match="holds 5368709120 bytes"):
            await workspace.read_file("large.bin", max_bytes=1000)
        said: str = result.stdout
        return said

    assert inside(work, Input("large.bin", large)).split() == ["5368709120", "00", "00", "00"]
    assert used_before - os.statvfs(tmp_path).f_bfree < 1 << 18
