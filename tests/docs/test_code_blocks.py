"""Code blocks that are not commands: Python is run, data is read, shell scripts are parsed."""

import json
import re
import runpy
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.host_programs import store_program

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


NOT_RUN = re.compile(r"^<!-- not run: \S.{10,} -->\n$")
# Read by a parser below; those of Python are run one by one, or are doctests.
READ = {"json", "python", "toml", "yaml"}


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def blocks(page: str, kind: str) -> list[str]:
    """Return the untitled blocks of a kind; those with a title are written and run by the commands of their page."""
    (path,) = [path for path in PAGES if path.name == page]
    return _blocks(path.read_text(), kind)


def _blocks(text: str, kind: str) -> list[str]:
    return [found["text"] for found in BLOCK.finditer(text) if found["kind"] == kind]


def test_every_code_block_is_run_or_read_by_a_test_or_says_why_not() -> None:
    """A `console` block and a block with a title are run by test_pages.py; `text` is output, or a form of words."""
    assert len(PAGES) > 40
    assert {name_of(page): doubts for page in PAGES if (doubts := doubts_about(page))} == {}


def doubts_about(page: Path) -> list[str]:
    tokens = MarkdownIt().enable("table").parse(page.read_text())
    open_to_doubt = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        kind, _, title = token.info.partition(" ")
        is_excused = before is not None and NOT_RUN.match(before.content) is not None
        if token.type == "code_block":
            open_to_doubt.append(
                f"line {(token.map or [0])[0] + 1}: indented code; put it into a fence with its language"
            )
        elif token.type == "fence" and not (kind in {"console", "text", *READ} or title or is_excused):
            open_to_doubt.append(
                f"line {(token.map or [0])[0] + 1}: a block of {kind or 'no language'!r} that nothing runs"
            )
    if page.name == "README.md":
        open_to_doubt = [
            doubt for doubt in open_to_doubt if "no language" not in doubt
        ]  # The targets of `make`.
    return open_to_doubt


def test_the_pages_with_a_python_prompt_are_doctests() -> None:
    pages = {
        path.name for path in PAGES if any(">>>" in text for text in _blocks(path.read_text(), "python"))
    }
    package = runpy.run_path(str(REPOSITORY / "tests/core/statistics/test_statistics_package.py"))
    assert pages == {page.name for page in package["PAGES"]}


def test_every_python_block_without_a_prompt_is_run_by_a_test() -> None:
    pages = {
        path.name for path in PAGES if any(">>>" not in text for text in _blocks(path.read_text(), "python"))
    }
    # Pages with a prompt are doctests of the package that they describe.
    assert pages == {
        "audit-a-suite.md",
        "bring-a-dataset.md",
        "incidents.md",
        "models.md",
        "python.md",
        "scoring.md",
        "writing-a-domain.md",
    }


def test_the_example_of_a_program_brings_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path))
    (code,) = blocks("writing-a-domain.md", "python")
    names: dict[str, Any] = {}
    exec(code, names)
    setup = SimpleNamespace(sandbox=BubblewrapSandbox(with_tools=False), inputs=[])
    assert all(names[of](setup).__aenter__ for of in ("server_of", "workspace_of"))
    if Path("/usr/bin/redis-server").exists():
        made = store_program(names["REDIS"]).content / "bin"
        assert sorted(path.name for path in made.iterdir()) == ["redis-cli", "redis-server"]
    else:
        with pytest.raises(SandboxError, match=r"there is no program '/usr/bin/redis-\w+'.*install it"):
            store_program(names["REDIS"])


def test_the_example_of_scoring_gives_what_the_page_says() -> None:
    (code,), (truth,), (answer,) = (blocks("scoring.md", kind) for kind in ("python", "yaml", "json"))
    names: dict[str, Any] = {"text": truth, "answer": json.loads(answer)}
    exec(code, names)
    assert names["parts"].value == pytest.approx(1 / 3)


@pytest.mark.slow
def test_the_page_about_python_works_from_top_to_bottom(
    incident_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for library in ("pandas", "polars"):
        pytest.importorskip(library)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    names: dict[str, Any] = {"__name__": "shown"}
    for code in blocks("python.md", "python"):
        exec(code, names)
    assert len(names["frame"]) == 4
    assert len(names["metrics"]) > 10
    assert names["rescoring"].changes == []


@pytest.mark.soak
@pytest.mark.slow  # It searches for an incident.
def test_the_example_of_the_world_records_an_incident(tmp_path: Path) -> None:
    (code,) = blocks("incidents.md", "python")
    names: dict[str, Any] = {"directory": tmp_path / "made"}
    exec(code, names)
    assert (tmp_path / "made/k8s_objects_raw.tsv").is_file()
    assert names["incident"].label.page


@pytest.mark.slow
def test_the_example_of_a_provider_works_as_a_plugin(
    sums: Path, distribution: Callable[..., Path], itbench: Callable[..., Any]
) -> None:
    code, _ = blocks("models.md", "python")
    (points,) = blocks("models.md", "toml")
    group = tomllib.loads(points)["project"]["entry-points"]["itbench.models"]
    distribution("itbench-parrot", group="itbench.models", points=group, code={"itbench_parrot": code})
    planned = itbench("run", "sums", "-n", "1", "--model", "parrot/any", "--dry-run")
    assert planned.code == 0
    assert "unknown" in planned.out
    options = ("--sandbox", "none", "--allow-unsafe")
    done = json.loads(itbench("run", "sums", "-n", "1", "--model", "parrot/any", "--json", *options).out)
    assert (done["score"], done["faults"], done["turns"]) == (0.0, {}, 2.0)


@pytest.mark.slow
def test_the_example_of_the_model_server_serves_a_run(sums: Path, itbench: Callable[..., Any]) -> None:
    pytest.importorskip("openai")
    code = blocks("models.md", "python")[1]
    call = """itbench("run", "sums", "-n", "1", "--sandbox", "none", "--allow-unsafe", "--json", "--agent",
        f"react:model=openai/any,base_url={server.openai_url},retry_s=0")"""
    assert "    ...  # --agent react:model=openai/any,base_url={server.openai_url}" in code
    names: dict[str, Any] = {"itbench": itbench}
    exec(code.replace("    ...  #", f"    done = {call}  #"), names)
    assert json.loads(names["done"].out)["turns"] >= 2


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_data_blocks_can_be_read_and_shell_blocks_parsed(page: Path) -> None:
    readers: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "toml": tomllib.loads,
        "yaml": yaml.safe_load,
        "sh": lambda text: subprocess.run(["bash", "-n"], input=text, text=True, check=True),
    }
    for kind, read in readers.items():
        for text in _blocks(page.read_text(), kind):
            assert read(text) is not None, text


def test_the_command_of_the_example_workflow_is_one_of_itbench(
    itbench: Callable[..., Any], tmp_path: Path
) -> None:
    (block,) = blocks("ci.md", "yaml")
    (job,) = yaml.safe_load(block)["jobs"].values()
    (step,) = [step["run"] for step in job["steps"] if step.get("run", "").startswith("itbench")]
    words = shlex.split(step.replace("\\\n", ""))
    agent = tmp_path / "my-agent"
    agent.write_text("#!/bin/sh\n")
    agent.chmod(0o755)
    at = words.index("--")
    done = itbench(*words[1:at], "--dry-run", *words[at:])
    assert done.code == 0, done.err


def test_the_suite_that_the_page_on_datasets_shows_is_the_one_that_ships() -> None:
    from itbench_sre.suites.cloud_opsbench import CloudOpsBenchSuite as Shipped

    block, _ = blocks("bring-a-dataset.md", "python")
    names: dict[str, Any] = {"__name__": "shown"}
    exec(block, names)
    shown = names["CloudOpsBenchSuite"]
    told = [name for name in vars(shown) if not name.startswith("_") and name != "name"]
    assert {name: getattr(shown, name) for name in told} == {name: getattr(Shipped, name) for name in told}
    assert "dataset" in told


def test_the_case_that_the_page_on_audits_shows_can_be_audited() -> None:
    from itbench import AuditCase, no_progress

    (block,) = blocks("audit-a-suite.md", "python")
    names: dict[str, Any] = {"__name__": "shown"}
    exec(block, names)
    (case,) = names["audit"](None, no_progress)
    assert isinstance(case, AuditCase)
    assert [candidate.features["times"] for candidate in case.candidates] == [3, 3, 1, 3]
    assert case.value(case.right) == 1.0
    assert case.value([0]) == 0.0


@pytest.mark.slow
def test_the_whole_domain_that_the_page_on_datasets_shows_is_fetched_and_valid(
    distribution: Callable[..., Path],
    itbench: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "own-cache"))
    _, code = blocks("bring-a-dataset.md", "python")
    points = {"pings": "itbench_pings:DOMAIN"}
    distribution("itbench-pings", group="itbench.domains", points=points, code={"itbench_pings": code})
    root = tmp_path / "published"
    for number, cause in enumerate(("dns", "disk", "memory")):
        case = root / f"cases/{cause}/{number}"
        case.mkdir(parents=True)
        said = {f"web-{host}": "no answer" if host == number else "ok" for host in range(3)}
        (case / "calls.json").write_text(json.dumps(said))
        label = {"symptom": "The shop is slow.", "host": f"web-{number}"}
        (case / "label.json").write_text(json.dumps(label))
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Publish"]):
        identity = ("-c", "user.name=any", "-c", "user.email=any@example.org")
        subprocess.run(["git", "-C", str(root), *identity, *words], check=True)
    assert itbench("fetch", "pings/recorded", "--suite-option", f"url={root.as_uri()}").code == 0
    checked = itbench("validate", "pings/recorded")
    assert checked.code == 0, checked.out + checked.err
    assert "no fault" in checked.out
    assert json.loads(itbench("run", "pings/recorded", "-a", "oracle", "--json").out)["score"] == 1.0


def test_the_published_results_that_the_page_shows_are_those_beside_leaderboards() -> None:
    from itbench_sre.suites.cloud_opsbench import CLOUD_OPSBENCH

    (page,) = [path for path in PAGES if path.name == "bring-a-dataset.md"]
    _, _, table = page.read_text().partition("| model | boutique, 452 cases |")
    rows = [line.strip("|").split("|") for line in table.splitlines()[2:] if line.startswith("|")]
    shown = {name.strip(): tuple(map(float, values)) for name, *values in rows}
    assert len(shown) == 7
    for boutique, trainticket, both in shown.values():
        assert both == pytest.approx((452 * boutique + 204 * trainticket) / 656, abs=0.0006)
    published = {each.name: each.value for each in CLOUD_OPSBENCH.published()}
    assert published == {name: both for name, (*_, both) in shown.items()}
    assert {each.tasks for each in CLOUD_OPSBENCH.published()} == {656}
