"""The one writer of output files: nothing but a plain file is ever replaced, and that one whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from itbench import StorageError
from itbench.host.output_file import open_output, write_output

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def mounted(*words: str | Path) -> Iterator[None]:
    """Mount something of our own below the temporary folder."""
    target = words[-1]
    done = subprocess.run(["mount", *words], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", target], check=True)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664), (0, 0o666)])
def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path, mask: int, expected: int) -> None:
    with umask(mask):
        write_output(tmp_path / "new" / "out", "text ä")
    assert (tmp_path / "new" / "out").read_text("utf-8") == "text ä"
    assert mode(tmp_path / "new" / "out") == expected


@pytest.mark.parametrize("before", [0o600, 0o640, 0o666, 0o755])
def test_a_plain_file_is_replaced_and_keeps_its_permissions(tmp_path: Path, before: int) -> None:
    path = tmp_path / "out"
    path.write_text("old and longer")
    path.chmod(before)
    inode = path.stat().st_ino
    write_output(path, "new")
    assert (path.read_text(), mode(path)) == ("new", before)
    assert path.stat().st_ino != inode
    assert names(tmp_path) == ["out"]


def test_another_name_of_a_file_that_is_replaced_keeps_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    write_output(tmp_path / "one", "new")
    assert (tmp_path / "two").read_text() == "old"


def links_to(target: str, *more: str) -> Callable[[Path], Path]:
    """Return a maker of a chain of symbolic links, the last of which leads to `target`."""

    def make(folder: Path) -> Path:
        (folder / "far").mkdir()
        chain = ["link", *more]
        for name, goal in zip(chain, [*more, target], strict=True):
            (folder / name).symlink_to(goal)
        return folder / "link"

    return make


@pytest.mark.parametrize(
    ("make", "is_there"),
    [
        (links_to("far/out"), True),
        (links_to("far/out", "second", "third"), True),
        (links_to("far/out"), False),
        (links_to("far/out", "second"), False),
    ],
    ids=["a link", "a chain", "to nothing yet", "a chain to nothing yet"],
)
def test_symbolic_links_stay_and_their_target_is_written(
    tmp_path: Path, make: Callable[[Path], Path], is_there: bool
) -> None:
    link = make(tmp_path)
    if is_there:
        (tmp_path / "far" / "out").write_text("old")
    write_output(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "far" / "out").read_text() == "new"
    assert not (tmp_path / "far" / "out").is_symlink()
    assert names(tmp_path / "far") == ["out"]


def test_a_link_of_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to("far")
    write_output(tmp_path / "near" / "out", "new")
    assert (tmp_path / "near").is_symlink()
    assert names(tmp_path / "far") == ["out"]


def test_links_that_go_round_are_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(StorageError, match=r"cannot write '.*/a': Too many levels of symbolic links"):
        write_output(tmp_path / "a", "new")


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_named_pipe_is_written_through(tmp_path: Path, is_linked: bool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    target = pipe
    if is_linked:
        target = tmp_path / "link"
        target.symlink_to("pipe")
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    reader.start()
    write_output(target, "through")
    reader.join(20)
    assert heard == [b"through"]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_a_terminal_is_written_through() -> None:
    ours, theirs = os.openpty()
    try:
        name = Path(os.ttyname(theirs))
        before = name.stat()
        write_output(name, "shown\n")
        assert os.read(ours, 100) == b"shown\r\n"
        assert (name.stat().st_rdev, name.stat().st_mode) == (before.st_rdev, before.st_mode)
    finally:
        os.close(ours)
        os.close(theirs)


@needs_root
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_device_is_written_through_and_stays_a_device(tmp_path: Path, is_linked: bool) -> None:
    device = tmp_path / "device"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))  # A null device of our own.
        os.close(os.open(device, os.O_WRONLY))
    except OSError as error:
        pytest.skip(f"no device can be made here: {error}")
    (tmp_path / "link").symlink_to("device")
    before = device.lstat()
    write_output(tmp_path / ("link" if is_linked else "device"), "gone")
    after = device.lstat()
    assert (after.st_ino, after.st_mode, after.st_rdev) == (before.st_ino, before.st_mode, before.st_rdev)
    assert names(tmp_path) == ["device", "link"]


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_a_descriptor_of_ours_is_written_where_it_stands(tmp_path: Path, name: str) -> None:
    if not Path(name).parent.exists():
        pytest.skip("no such folder on this system")
    path = tmp_path / "log"
    path.write_text("before\n")
    with path.open("ab") as file:
        write_output(name.format(file.fileno()), "after\n")
    assert path.read_text() == "before\nafter\n"


def test_a_descriptor_of_ours_that_is_a_pipe_is_written(tmp_path: Path) -> None:
    out, into = os.pipe()
    write_output(f"/dev/fd/{into}", "piped")
    os.close(into)
    assert os.read(out, 100) == b"piped"
    os.close(out)


def test_standard_output_is_written_by_a_dash_and_nothing_else_goes_there() -> None:
    code = (
        "from itbench.host.output_file import open_output, write_output\n"
        "write_output('-', 'one ')\nwrite_output('/dev/stdout', 'two')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"one two", b"")


def test_a_file_named_like_a_dash_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_output("./-", "a file")
    assert (tmp_path / "-").read_text() == "a file"


@needs_root
def test_a_file_that_is_a_mount_point_is_rewritten(tmp_path: Path) -> None:
    for name in ("host", "inside"):
        (tmp_path / name).write_text("old and longer")
    with mounted("--bind", tmp_path / "host", tmp_path / "inside"):
        write_output(tmp_path / "inside", "new")
        assert names(tmp_path) == ["host", "inside"]
    assert (tmp_path / "host").read_text() == "new"
    assert (tmp_path / "inside").read_text() == "old and longer"


@needs_root
def test_root_leaves_a_replaced_file_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    os.chown(path, 12345, 12346)
    write_output(path, "new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)


AS_NOBODY = """
import os, sys
sys.dont_write_bytecode = True
from itbench.errors import StorageError
from itbench.host.output_file import open_output, write_output
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
"""


def as_nobody(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run code as a user who may not write everywhere, root though we may be."""
    return subprocess.run(
        [sys.executable, "-c", AS_NOBODY + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that any user can reach."""
    opened = []
    for path in (tmp_path, *tmp_path.parents):
        if path == Path("/tmp"):
            break
        if not path.stat().st_mode & 0o001 and path.stat().st_uid == os.geteuid():
            opened.append((path, mode(path)))
            path.chmod(mode(path) | 0o011)
    yield tmp_path
    for path, before in opened:
        path.chmod(before)


@pytest.mark.slow
def test_a_file_in_a_folder_that_takes_no_new_file_is_rewritten(open_folder: Path) -> None:
    folder = open_folder / "closed"
    folder.mkdir()
    (folder / "out").write_text("old and longer")
    (folder / "out").chmod(0o666)
    folder.chmod(0o555)
    done = as_nobody("write_output(sys.argv[1], 'new')", folder / "out")
    assert done.stderr == ""
    assert (folder / "out").read_text() == "new"
    failing = "with open_output(sys.argv[1]) as file:\n    file.write(b'half'); raise SystemExit(5)"
    assert as_nobody(failing, folder / "out").returncode == 5
    assert (folder / "out").read_text() == "new"
    refused = as_nobody("write_output(sys.argv[1], 'new')", folder / "other")
    assert "StorageError: cannot write" in refused.stderr
    assert "Permission denied" in refused.stderr


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="no null device")
def test_the_null_device_is_written_through() -> None:
    before = os.lstat("/dev/null")
    done = as_nobody("write_output('/dev/null', 'gone')")
    after = os.lstat("/dev/null")
    assert (done.returncode, done.stderr) == (0, "")
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no full device")
def test_a_device_without_room_is_said() -> None:
    done = as_nobody("write_output('/dev/full', 'too much')")
    assert "StorageError: cannot write '/dev/full': No space left on device" in done.stderr


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(TypeError), open_output(path) as file:
        file.writelines([b"half of the new", "no bytes"])
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.slow
def test_a_process_that_is_killed_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    code = (
        "import os, signal, sys\nfrom itbench.host.output_file import open_output\n"
        "with open_output(sys.argv[1]) as file:\n"
        "    file.write(b'x' * 1_000_000); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(StorageError, match=r"cannot write '.*/out': Is a directory"):
        write_output(tmp_path / "out", "new")
    assert names(tmp_path) == ["out"]


def test_a_file_below_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="Not a directory"):
        write_output(tmp_path / "file" / "out", "new")
