"""The documentation builds as a site, without a warning, and a page of it needs nothing from elsewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
SETTINGS = REPOSITORY / "mkdocs.yml"
# What a browser fetches by itself, other than a link that somebody follows.
FETCHED = re.compile(
    r'<(?:script|img|iframe|source)\b[^>]*\ssrc="(https?:)?//|<link\b[^>]*\shref="(https?:)?//'
)
CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')


def in_navigation(entries: object) -> list[str]:
    """Return the paths of all pages below some entries of the navigation."""
    if isinstance(entries, str):
        return [entries]
    parts = entries.values() if isinstance(entries, dict) else entries
    assert isinstance(parts, list) or isinstance(entries, dict)
    return [path for part in parts for path in in_navigation(part)]


def test_the_navigation_has_every_page_once() -> None:
    pages = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
    assert sorted(in_navigation(yaml.safe_load(SETTINGS.read_text())["nav"])) == pages


@pytest.mark.slow  # It builds the whole site.
def test_the_site_builds_without_a_warning_and_has_every_public_name(tmp_path: Path) -> None:
    for package in ("zensical", "mkdocstrings", "griffe_pydantic"):
        pytest.importorskip(package, reason="needs the extra 'docs': pip install '.[docs]'")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(SETTINGS, tmp_path)
    for name in ("core", "schemas"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not re.search("warn|error", said, re.IGNORECASE), said
    pages = {path: path.read_text() for path in (tmp_path / "site").rglob("*.html")}
    assert len(pages) > len(list(DOCS.rglob("*.md")))
    for path, text in pages.items():
        assert not FETCHED.search(CANONICAL.sub("", text)), path
    shown = {name for text in pages.values() for name in re.findall(r'id="(itbench(?:\.\w+)+)"', text)}
    named = re.findall(
        r"^::: (\S+)$",
        "".join(p.read_text() for p in (DOCS / "reference" / "api").glob("*.md")),
        re.MULTILINE,
    )
    assert set(named) <= shown
    assert "::: itbench" not in "".join(pages.values())
