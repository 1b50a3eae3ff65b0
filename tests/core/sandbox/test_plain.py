"""Commands in a plain workspace: limited, ended with all their children, and kept in bounds."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import Execution, Input
from itbench.sandbox.plain.sandbox import COPY_LIMIT_BYTES, LocalSandbox, LocalWorkspace
from itbench.text.output import CappedOutput


def inside(work: Callable[[LocalWorkspace], Awaitable[Any]], *inputs: Input) -> Any:
    async def main() -> Any:
        async with LocalSandbox().open(inputs) as workspace:
            return await work(workspace)

    return asyncio.run(main())


def command(text: str | list[str], **options: Any) -> Execution:
    result: Execution = inside(lambda workspace: workspace.execute(text, **({"timeout_s": 10.0} | options)))
    return result


def test_a_command_s_output_and_exit_code_come_back() -> None:
    result = command("cat; echo err >&2; exit 3", stdin=b"hello")
    assert (result.exit_code, result.stdout, result.stderr) == (3, "hello", "err\n")
    assert (result.output_bytes, result.timed_out) == (9, False)


def test_a_program_gets_its_arguments_as_they_are() -> None:
    assert command(["printf", "%s|", "a b", "$HOME", "*"]).stdout == "a b|$HOME|*|"


@pytest.mark.slow
def test_a_command_is_ended_at_its_limit_with_all_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    started = time.monotonic()
    result = command(f"sleep 300 & echo $! > {mark}; wait", timeout_s=0.3)
    assert result.timed_out
    assert result.exit_code < 0
    assert time.monotonic() - started < 5
    with pytest.raises(ProcessLookupError):
        _wait_gone(int(mark.read_text()))


def _wait_gone(pid: int) -> None:
    for _ in range(200):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            raise ProcessLookupError
        time.sleep(0.01)


def test_a_child_in_the_background_does_not_keep_a_command_waiting() -> None:
    started = time.monotonic()
    result = command("sleep 300 & echo done")
    assert (result.stdout, result.exit_code) == ("done\n", 0)
    assert time.monotonic() - started < 5


def test_a_child_that_left_the_group_does_not_keep_a_command_waiting() -> None:
    started = time.monotonic()
    result = command("setsid sleep 4 & echo done")
    assert result.stdout == "done\n"
    assert time.monotonic() - started < 3.5


def test_output_without_end_is_kept_in_bounds_and_counted() -> None:
    result = command("head -c 30000000 /dev/zero | tr '\\0' x")
    assert result.output_bytes == 30_000_000
    assert len(result.stdout) < 70_000
    assert "bytes left out" in result.stdout


def test_binary_output_is_text_with_replacements() -> None:
    assert command("printf '\\377\\376ok'").stdout == "��ok"


def test_the_harness_s_environment_is_not_the_command_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s3cr3t")
    result = command("env")
    assert "s3cr3t" not in result.stdout
    assert "HOME=/" in result.stdout


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", "a\0b"])
def test_a_path_that_leads_outside_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="leads outside the workspace"):
        inside(lambda workspace: workspace.read_file(path))
    with pytest.raises(ValueError, match="leads outside the workspace"):
        inside(lambda workspace: workspace.write_file(path, b""))


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")

    async def work(workspace: LocalWorkspace) -> bytes:
        (Path(workspace.path) / "way").symlink_to(tmp_path)
        return await workspace.read_file("way/secret")

    with pytest.raises(ValueError, match="not a plain file in the workspace"):
        inside(work)


def test_large_inputs_are_linked_and_small_ones_copied(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"s")
    with large.open("wb") as file:
        file.truncate(COPY_LIMIT_BYTES + 1)

    async def is_link(workspace: LocalWorkspace) -> bool:
        return (Path(workspace.path) / "data").is_symlink()

    assert inside(is_link, Input("data", small)) is False
    assert inside(is_link, Input("data", large)) is True


@pytest.mark.slow
def test_a_linked_input_can_be_read_through_the_workspace(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.write(b"head")
        file.truncate(COPY_LIMIT_BYTES + 1)
    data = inside(lambda workspace: workspace.read_file("data"), Input("data", large))
    assert data[:4] == b"head"


@pytest.mark.parametrize("sizes", [[5], [10], [11], [3, 3, 3, 3, 3], [100], [1] * 30])
def test_capped_output_keeps_head_and_tail(sizes: list[int]) -> None:
    whole = bytes(range(65, 65 + 26)) * 8
    output, at = CappedOutput(head_bytes=4, tail_bytes=6), 0
    for size in sizes:
        output.add(whole[at : at + size])
        at += size
    text, total = output.text(), sum(sizes)
    assert output.total_bytes == total
    if total <= 10:
        assert text == whole[:total].decode()
    else:
        assert (
            text
            == f"{whole[:4].decode()}\n[... {total - 10} bytes left out ...]\n{whole[total - 6 : total].decode()}"
        )
