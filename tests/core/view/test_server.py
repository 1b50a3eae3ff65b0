"""Who is let in, and what is answered, over real sockets."""

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from itbench import Trace
from itbench.interfaces.record import TrialKey
from itbench.store.claim import Claim
from itbench.store.live.file import LiveFile
from itbench.store.live.state import InFlight
from itbench.view.data.live import MOST_EVENTS

Write = Callable[..., Path]
Start = Callable[..., Any]
EVIL = "<script>alert(1)</script>\x1b[2J\x1b]8;;http://x\x07‮gone"
RUN = "20260102T030405Z-sums-easy-someone-aaaaaaaa"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)


def trace(*outputs: str) -> Trace:
    """Return a trace with one call of a tool in each turn."""
    found = Trace()
    for at, output in enumerate(outputs):
        found.turn()
        found.tool_call(
            "execute",
            {"command": f"cat {at}"},
            {"exit_code": 0, "stdout": output, "stderr": ""},
            is_ok=True,
            duration_s=0.1,
        )
    return found


@pytest.fixture(scope="module")
def view(serve: Start, write_in: Write, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a viewer of a run of three trials, one with notes, one without calls, that handed in files; a secret stands beside the run."""
    noted = Trace()
    noted.record("note", about="what was compared", candidates=12)
    noted.record("note")
    noted.tool_call("execute", {"command": ["ls", "a b"]}, "", is_ok=True, duration_s=0.1)
    silent = Trace()
    silent.turn()
    silent.message("assistant", "done")
    files = {"a.png": PICTURE, "b.png": b"<html>", "notes.md": b"# hi"}
    folder = write_in(
        tmp_path_factory.mktemp("runs"), RUN, [trace("hello"), noted, silent], files=files
    ).parent
    (folder / "secret.txt").write_text("a secret beside the runs")
    return serve(folder)


def test_only_who_has_the_token_is_let_in(view: Any) -> None:
    secret = urlsplit(view.address).query.partition("=")[2]
    name = f"itbench_view_{view.port}"
    assert view.ask("/").status == 403
    assert view.ask("/?token=wrong").status == 403
    assert view.ask("/", Cookie=f"{name}=wrong").status == 403
    assert view.ask("/", Cookie="other").status == 403
    assert "itbench view" in view.ask(f"/run/{RUN}").text
    answer = view.ask(f"/run/{RUN}?q=x&token={secret}")
    assert (answer.status, answer.headers["location"]) == (303, f"/run/{RUN}?q=x")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=Strict" in answer.headers["set-cookie"]
    assert view.ask(f"//evil.example/?token={secret}").headers["location"] == "/evil.example/"
    assert view.get("/").status == 200


def test_a_foreign_host_is_refused(view: Any) -> None:
    assert view.get("/").status == 200
    port = view.port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1.evil.example:{port}",
        "",
    ):
        answer = view.ask("/", Cookie=view.cookie, Host=host)
        assert answer.status == 421, host
        assert b"sums" not in answer.body
    for host in (f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert view.ask("/", Cookie=view.cookie, Host=host).status == 200, host


def test_other_sites_and_other_methods_are_refused(view: Any) -> None:
    view.get("/")
    assert view.ask("/", Cookie=view.cookie, Sec_Fetch_Site="cross-site").status == 403
    assert view.ask("/", Cookie=view.cookie, Sec_Fetch_Site="same-origin").status == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert view.ask("/", method=method, Cookie=view.cookie).status == 405


def test_each_answer_lets_a_browser_load_nothing_from_elsewhere(view: Any) -> None:
    for path in ("/", f"/run/{RUN}", f"/run/{RUN}/trial/1", "/static/view.js", "/nothing"):
        told = view.get(path).headers
        assert "default-src 'none'" in told["content-security-policy"]
        assert "unsafe" not in told["content-security-policy"]
        assert (told["cache-control"], told["x-content-type-options"]) == ("no-store", "nosniff")
        assert (told["referrer-policy"], told["x-frame-options"]) == ("no-referrer", "DENY")


def test_nothing_but_what_is_shown_can_be_asked_for(view: Any) -> None:
    assert view.get(f"/run/{RUN}/trial/1/piece/1?path=/output/stdout").status == 200
    for path in (
        "/static/../serve.py",
        "/static/..%2f..%2finstalled.py",
        "/static/%2fetc%2fpasswd",
        "/run/..%2f..%2fetc%2fpasswd",
        "/run/%2e%2e",
        f"/run/{RUN}/trial/1/file?path=../../../etc/passwd",
        f"/run/{RUN}/trial/1/file?path=%2fetc%2fpasswd",
        f"/run/{RUN}/trial/1/piece/file?path=../secret.txt",
        f"/run/{RUN}/trial/99",
        f"/run/{RUN}/trial/-1",
        f"/run/{RUN}/trial/1e3",
        f"/run/{RUN}/trial/99999999999999999999",
        f"/run/{RUN}/trial/1/piece/0?path=/nothing",
        f"/run/{RUN}/trial/1/piece/1?path=/output/stdout/1",
        f"/run/{RUN}?page=0",
        f"/run/{RUN}?page=%D9%A3",
    ):
        answer = view.get(path)
        assert answer.status == 404, path
        assert b"root:" not in answer.body
        assert b"a secret" not in answer.body


def test_words_of_others_are_shown_and_never_obeyed(viewer: Start, write_run: Write) -> None:
    found = trace(EVIL)
    found.record(EVIL, said=EVIL)
    found.message(EVIL, EVIL)
    write_run(
        RUN,
        [found],
        agent=EVIL,
        files={f"{EVIL}.txt": EVIL.encode(), "picture.svg": b"<svg onload='alert(1)'/>"},
    )
    view = viewer()
    for path in (
        "/",
        f"/run/{RUN}",
        f"/run/{RUN}?q=%3Cscript%3E",
        f"/run/{RUN}/trial/1",
        "/leaderboard",
        "/heat",
        f"/sides?run={RUN}&trial=1&trial=1",
    ):
        text = view.get(path).text
        assert "<script>alert" not in text
        assert not {"\x1b", "\x07", "‮"} & set(text)
    text = view.get(f"/run/{RUN}/trial/1").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J" in text
    assert "\\u202egone" in text
    piece = json.loads(view.get(f"/run/{RUN}/trial/1/piece/1?path=/output/stdout").text)
    assert piece["text"].endswith("\\x07\\u202egone")
    kept = view.get(f"/run/{RUN}/trial/1/file?path=picture.svg").headers
    assert kept["content-type"] == "application/octet-stream"
    assert kept["content-disposition"].startswith("attachment")


def test_a_damaged_run_is_a_row_with_the_reason_beside_whole_ones(
    viewer: Start, write_run: Write, eventually: Callable[..., None]
) -> None:
    whole = write_run(RUN, [trace("hello")])
    whole.with_name("20260102T000000Z-cut.itbench").write_bytes(whole.read_bytes()[:9000])
    whole.with_name("20260102T000001Z-text.itbench").write_text("no run at all")
    write_run("20260102T000002Z-no-trial-bbbbbbbb", [trace()], is_ended=False)
    view = viewer()
    eventually(lambda: "not read yet" not in view.get("/").text)
    text = view.get("/").text
    assert "is damaged" in text or "not a run file" in text
    assert "is not a run file" in text
    assert "aaaaaaaa" in text
    assert "bbbbbbbb" in text
    for key in ("20260102T000000Z-cut", "20260102T000001Z-text"):
        answer = view.get(f"/run/{key}")
        assert answer.status == 200
        assert "This cannot be shown." in answer.text
    assert view.get(f"/run/{RUN}/trial/1").status == 200
    assert view.get("/leaderboard").status == 200
    assert view.get("/heat").status == 200


def test_a_trial_that_is_not_what_was_written_is_not_shown_as_if_it_were(
    viewer: Start, write_run: Write
) -> None:
    path = write_run(RUN, [trace("hello"), trace("whole")])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE event SET data = replace(data, 'hello', 'other') WHERE trial = 1")
    connection.close()
    view = viewer()
    answer = view.get(f"/run/{RUN}/trial/1")
    assert answer.status == 500
    assert "is damaged" in answer.text
    assert view.get(f"/sides?run={RUN}&trial=1&trial=2").status == 500
    assert "not what was written" in json.loads(view.get(f"/run/{RUN}/trial/1/check").text)["problem"]
    assert view.get(f"/run/{RUN}/trial/2").status == 200


def test_of_a_trial_under_way_its_latest_events_are_shown(
    viewer: Start, write_run: Write, eventually: Callable[..., None]
) -> None:
    path = write_run(RUN, [trace("hello")], is_ended=False)
    key, in_flight, found = TrialKey("sum-0000", 0, 0), InFlight(), Trace()
    for at in range(MOST_EVENTS + 5):
        found.record("note", about=f"note {at} of many")
    in_flight.started(key, time.time())
    with Claim(path):
        live = LiveFile(path)
        live.write([], [(in_flight.trials[key], [*enumerate(found.events)])])
        view = viewer()
        eventually(lambda: f"/run/{RUN}/live/sum-0000/0" in view.get(f"/run/{RUN}").text)
        text = view.get(f"/run/{RUN}/live/sum-0000/0").text
        live.remove()
    assert f"note {MOST_EVENTS + 4} of many" in text
    assert "note 5 of many" in text
    assert "note 4 of many" not in text
    assert view.get(f"/run/{RUN}/live/sum-0000/0").status == 404


def test_a_group_of_the_heat_map_has_the_mean_of_its_tasks(
    viewer: Start, write_run: Write, eventually: Callable[..., None]
) -> None:
    write_run(RUN, [trace("one"), trace("two"), trace("three")], errors=[0.0004, 0.0004, 12.0])
    view = viewer()
    eventually(lambda: 'title="mean of 3 tasks">0.50</td>' in view.get("/heat?group=tag").text)
    text = view.get("/heat?group=tag&by=metric.error").text
    assert 'class="m3" title="mean of 3 tasks">4.000</td>' in text
    assert "mean of" not in view.get("/heat?group=tag&by=outcome").text


def test_of_many_runs_the_pages_say_how_many_they_leave_out(
    viewer: Start, write_run: Write, eventually: Callable[..., None]
) -> None:
    for at in range(41):
        write_run(f"20260102T0304{at:02}Z-sums-easy-someone-{at:08}", [trace()])
    newest = write_run("20260103T000000Z-sums-single-someone-99999999", [trace()], suite="single")
    view = viewer()
    eventually(lambda: newest.stem[-8:] in view.get("/").text and "not read yet" not in view.get("/").text)
    for page in ("/heat", "/leaderboard"):
        text = view.get(page).text
        assert " selected>sums/easy</option>" in text
        assert "The newest 40 runs of this suite are shown, 1 older one is left out" in text
        assert "left out" not in view.get(f"{page}?suite=sums/single").text


def test_a_note_is_shown_with_what_it_is_about_and_holds(view: Any) -> None:
    text = view.get(f"/run/{RUN}/trial/2").text
    assert (
        '<span class="kind">what was compared</span> <span class="event-note">candidates: 12</span>' in text
    )
    assert '<span class="kind">note</span> <span class="event-note">empty</span>' in text
    assert "ls &#39;a b&#39;" in text


def test_turns_have_the_same_commands_only_where_there_are_some(view: Any) -> None:
    for trial, is_told in ((1, True), (3, False)):
        text = view.get(f"/sides?run={RUN}&trial={trial}&trial={trial}").text
        assert "Turn 1" in text
        assert ("the same commands" in text) == is_told


def test_pictures_are_drawn_and_other_files_kept(view: Any) -> None:
    drawn = view.get(f"/run/{RUN}/trial/1/file?path=a.png")
    assert (drawn.body, drawn.headers["content-type"]) == (PICTURE, "image/png")
    assert "content-disposition" not in drawn.headers
    assert (
        view.get(f"/run/{RUN}/trial/1/file?path=b.png").headers["content-type"] == "application/octet-stream"
    )
    text = view.get(f"/run/{RUN}/trial/1").text
    assert text.count("<img ") == 1
    assert json.loads(view.get(f"/run/{RUN}/trial/1/piece/file?path=notes.md").text) == {
        "text": "# hi",
        "total": 4,
        "following": None,
    }


def test_a_path_that_is_not_there_is_told_in_one_line(itbench: Callable[..., Any]) -> None:
    done = itbench("view", "nowhere", "--no-open")
    assert done.code == 2
    assert done.err.splitlines()[-1].endswith(
        "there is no 'nowhere'; name run files, or folders with run files"
    )


def test_without_the_extra_one_line_says_what_to_install(
    itbench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    done = itbench("view", "--no-open")
    assert done.code == 2
    assert 'the viewer needs starlette; install with: pip install "itbench[view]"' in done.err
