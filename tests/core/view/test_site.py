"""A site as files: what is in them, where they are written, and that they hold together."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from itbench import Trace
from itbench.errors import UsageError
from itbench.store.claim import Claim
from itbench.view.site.addresses import LEFT_OUT, SiteAddresses
from itbench.view.site.build import build_site
from itbench.view.site.catalogue import OpenRuns
from itbench.view.site.hidden import Hider, folders_of
from itbench.view.site.names import run_keys, safe_name, safe_names
from itbench.view.site.place import MARKER
from itbench.view.site.scope import scope_of

HASH = "sha256:" + "0" * 64
ONE = "20260102t030405z-sums-easy-one-aaaaaaaa"
TWO = "20260102t030406z-sums-easy-two-bbbbbbbb"


class Links(HTMLParser):
    """All addresses of a page, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.places: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the addresses of an element."""
        for name, value in attrs:
            if name in {"href", "src", "action", "data-rest", "data-to", "data-open-ticked", "data-self"}:
                self.found.append(value or "")
            elif name == "id":
                self.places.add(value or "")
            elif name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.inline.append(tag)


def pages_of(site: Path) -> Iterator[tuple[Path, str]]:
    """Yield all pages with their text."""
    for path in sorted(site.rglob("*.html")):
        yield path, path.read_text()


def test_every_address_of_a_site_leads_to_a_file_of_it(shared_site: Path) -> None:
    parsed = {path: Links(text) for path, text in pages_of(shared_site)}
    count = 0
    for path, links in parsed.items():
        for address in links.found:
            parts = urlsplit(address)
            assert (parts.scheme, parts.netloc) == ("", ""), address
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            assert target.is_file(), (path, address)
            assert target.is_relative_to(shared_site.resolve())
            if target.suffix == ".html" and parts.fragment and not parts.query:
                assert parts.fragment in parsed[target].places, (path, address)
            count += 1
    assert count > 1000


def test_a_page_of_a_site_loads_only_what_lies_beside_it(shared_site: Path) -> None:
    for path, text in pages_of(shared_site):
        assert "Content-Security-Policy" in text, path
        assert "default-src &#39;none&#39;" in text
        assert Links(text).inline == []
        assert "served.js" not in text
        assert 'type="module"' not in text
    for script in (shared_site / "static").glob("*.js"):
        assert not re.search(r"\b(import|fetch|XMLHttpRequest|eval)\b", script.read_text()), script


def test_words_of_others_are_only_shown(shared_site: Path) -> None:
    seen = 0
    for path in sorted(shared_site.rglob("*")):
        if path.is_file() and path.suffix in {".html", ".js"} and path.parent.name != "static":
            text = path.read_text()
            assert not {"\x1b", "\u202e"} & set(text), path
            if path.suffix == ".html":
                assert "<script>alert" not in text
                assert "<img src=x" not in text
                seen += "&lt;script&gt;alert(2)" in text
    assert seen > 3
    assert {path.suffix for path in shared_site.rglob("*-file-*")} == {".png", ".bin"}


def test_no_page_tells_where_things_lie_on_this_machine(shared_site: Path) -> None:
    folders = (shared_site.parent, Path.cwd(), Path.home() if Path.home() != Path("/root") else Path.cwd())
    for path in shared_site.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for folder in folders:
                assert str(folder).encode() not in data, path
    index = (shared_site / "index.html").read_text()
    assert "cut.itbench" in index


def test_a_run_that_cannot_be_read_is_a_row_with_the_reason(shared_site: Path) -> None:
    index = (shared_site / "index.html").read_text()
    assert index.count("<tr data-key=") == 4
    assert re.search(r'class="problem"[^>]*>[^<]*(damaged|not a run file)', index)
    assert "This cannot be shown." in (shared_site / "run" / "20260101t000000z-cut.html").read_text()


def test_the_leaderboard_of_a_site_has_statistics_of_its_runs(shared_site: Path) -> None:
    text = (shared_site / "leaderboard.html").read_text()
    for title in ("Which ranks can be told apart", "Ability"):
        assert f">{title}<" in text
    assert "data-later" not in text


def test_the_same_runs_give_the_same_bytes(shared_site: Path, tmp_path: Path) -> None:
    build_site([shared_site.parent / "runs"], tmp_path / "again")
    files = [
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (shared_site, tmp_path / "again")
    ]
    assert len(files[0]) > 40
    assert files[0] == files[1]
    assert (tmp_path / "again" / ".nojekyll").exists()


def test_many_trials_are_written_by_several_processes(write_run: Callable[..., Path], tmp_path: Path) -> None:
    short = Trace()
    short.message("assistant", "done")
    write_run("20260102T030405Z-many-aaaaaaaa", [short] * 101)
    made = build_site([tmp_path / "runs"], tmp_path / "pages")
    assert made.trials == len(list((tmp_path / "pages").rglob("trial-*.html"))) == 101


def test_names_are_safe_unique_and_stable() -> None:
    names = [
        "Easy",
        "easy",
        "con",
        "COM1",
        "../../etc/passwd",
        "a b",
        "ä",
        "x" * 300,
        "plain-1",
        "",
        "a" * 81,
        "..",
    ]
    found = safe_names(names)
    assert found["plain-1"] == "plain-1"
    lowered = [name.lower() for name in found.values()]
    assert len(set(lowered)) == len(names)
    for name in lowered:
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,80}", name), name
        assert name not in {"con", "com1"}
    assert safe_names(names) == found
    assert safe_name("a.b") != safe_name("a-b") == "a-b"


def test_what_a_site_does_not_have_leads_to_the_page_that_says_so(shared_site: Path) -> None:
    with closing(OpenRuns([shared_site.parent / "runs"])) as catalogue:
        catalogue.refresh(lambda: False)
        link = SiteAddresses(scope_of(catalogue, None)).link
    assert link("run", run=ONE) == f"run/{ONE}.html"
    assert link("trial", run=ONE, trial="7") == f"run/{ONE}/trial-7.html"
    for run in ("", "../../x", f"{ONE}/.."):
        assert link("run", run=run) == link("trial", run=run, trial="1") == LEFT_OUT
    for trial in ("8", "0", "-1", "x", "1/../2"):
        assert link("trial", run=ONE, trial=trial) == LEFT_OUT


def test_run_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    files = [tmp_path / "x" / "run.itbench", tmp_path / "y" / "run.itbench", tmp_path / "Other.itbench"]
    keys = run_keys(files)
    assert sorted(keys.values()) == sorted(files)
    moved = run_keys([Path("/elsewhere") / file.relative_to(tmp_path) for file in files])
    assert list(moved) == list(keys)


def test_folders_are_taken_out_of_text(tmp_path: Path) -> None:
    hider = Hider(["/home/me/runs", "/home/me", "/data/a&b", "/run/me", "/td/tr"])
    assert hider.text("'/home/me/runs/x' in /home/me; /home/meat/y") == "'x' in .; /home/meat/y"
    assert hider.text("/data/a&amp;b/c") == "c"
    kept = "<a href='../run/me/x.html'></td/tr>"
    assert hider.text(kept) == kept
    plan = {
        "suite_data": "/data/mine/suite",
        "python": "/usr/bin/x",
        "socket": "/run/x.sock",
        "odd": "/></td><td",
    }
    found = folders_of([tmp_path / "a.itbench"], [plan])
    assert {str(tmp_path), "/data/mine"} <= set(found)
    assert not {"/usr/bin", "/run", "/></td>"} & set(found)


def test_only_a_site_is_replaced(write_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = write_run("20260102T030405Z-a-aaaaaaaa", [Trace()]).parent
    out = tmp_path / "pages"
    out.mkdir()
    build_site([runs], out)
    write_run("20260102T030406Z-b-bbbbbbbb", [Trace()])
    build_site([runs], out)
    assert (out / "index.html").read_text().count("<tr data-key=") == 2
    (out / "CNAME").write_text("example.org")
    with pytest.raises(UsageError, match="'CNAME', which is no part of the site"):
        build_site([runs], out)
    assert (out / "CNAME").read_text() == "example.org"
    for name, make, reason in (
        ("full", lambda path: (path.mkdir(), (path / "kept").write_text("x")), f"has no {MARKER}"),
        ("file", lambda path: path.write_text("x"), "no folder"),
    ):
        make(tmp_path / name)
        with pytest.raises(UsageError, match=reason):
            build_site([runs], tmp_path / name)
    assert (tmp_path / "full" / "kept").read_text() == "x"


def test_a_site_is_there_whole_or_not_at_all(write_run: Callable[..., Path], tmp_path: Path) -> None:
    runs = write_run("20260102T030405Z-a-aaaaaaaa", [Trace()]).parent
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)

    def stop(text: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_site([runs], link, progress=stop)
    assert not real.exists()
    build_site([runs], link)
    before = (real / "index.html").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        build_site([runs], link, progress=stop)
    assert (real / "index.html").read_bytes() == before
    assert link.is_symlink()
    assert not list(tmp_path.glob(".itbench-site-*"))


@pytest.mark.parametrize("kept", [{"suite_secret": {"seed": "a fingerprint"}}, {"suite_seal": HASH}])
def test_of_held_out_tasks_only_numbers_are_shown(
    write_run: Callable[..., Path], tmp_path: Path, kept: dict[str, Any]
) -> None:
    runs = write_run("20260102T030405Z-a-aaaaaaaa", [Trace()], **kept).parent
    build_site([runs], tmp_path / "default")
    text = "".join(text for _, text in pages_of(tmp_path / "default"))
    assert "0.500" in text
    assert "off by one" not in text
    assert not list((tmp_path / "default").rglob("trial-*"))
    assert "on held-out tasks only numbers are shown" in text
    build_site([runs], tmp_path / "all", has_truth=True)
    assert (
        "off by one"
        in (tmp_path / "all" / "run" / "20260102t030405z-a-aaaaaaaa" / "trial-1.html").read_text()
    )


def test_a_run_under_way_is_shown_as_of_now(write_run: Callable[..., Path], tmp_path: Path) -> None:
    path = write_run("20260102T030405Z-a-aaaaaaaa", [Trace()])
    with Claim(path):
        build_site([path], tmp_path / "pages")
    index = (tmp_path / "pages" / "index.html").read_text()
    assert re.search(r"Under way when this was made, at 20\d\d-\d\d-\d\d \d\d:\d\d UTC, [^<]*aaaaaaaa", index)
    assert "data-changes" not in index


@pytest.mark.usefixtures("sums")
def test_truths_of_a_merged_run_are_shown_unless_they_are_left_out(
    itbench: Callable[..., Any], tmp_path: Path
) -> None:
    run = ("run", "sums/easy", "--agent", "adder:wrong=2", "--limit", "2", "--sandbox", "none", "--allow-unsafe")  # fmt: skip
    for shard in ("1/2", "2/2"):
        assert itbench(*run, "--shard", shard, "--out", "shards").code == 0
    assert itbench("merge", *(tmp_path / "shards").glob("*.itbench"), "--out", "runs/whole.itbench").code == 0
    done = itbench("site", "latest", "--out", "shown", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["out"], told["index"], told["runs"], told["trials"]) == ("shown", "shown/index.html", 1, 2)
    assert itbench("site", "runs", "--out", "hidden", "--no-truth").code == 0
    shown, hidden = (
        "".join(path.read_text() for path in sorted((tmp_path / name).rglob("trial-1*")))
        for name in ("shown", "hidden")
    )
    assert "Truth</h3>" in shown
    assert "canary" in shown
    assert "canary" not in hidden
    assert "Truth: left out here" in hidden
    assert ">Why</h2>" in shown
    assert ">Why</h2>" not in hidden
    assert "Details of the score" not in hidden


def test_what_cannot_be_used_is_told_in_one_line(itbench: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, reason in (
        (("nowhere", "--out", "x"), "there is no 'nowhere'"),
        (("empty", "--out", "x"), "there is no run file in 'empty'"),
    ):
        done = itbench("site", *words)
        assert done.code == 2
        assert reason in done.err.splitlines()[-1]
        assert not (tmp_path / "x").exists()
