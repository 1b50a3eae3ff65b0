"""A run as JUnit XML, which continuous integration systems read.

There is no standard; the elements and attributes are those that Jenkins, GitLab and GitHub's readers of test reports know, as
https://github.com/testmoapp/junitxml describes them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from itbench.host.output_file import open_output
from itbench.interfaces.shard import planned_repeats
from itbench.report.agent_label import agent_label
from itbench.report.ci.cases import Case, Verdict, cases
from itbench.report.summary import RunSummary, summarise
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line

_ELEMENTS = {Verdict.FAILED: "failure", Verdict.ERROR: "error", Verdict.SKIPPED: "skipped"}


def write_junit(target: str | Path, paths: Sequence[Path]) -> None:
    """Write runs as suites of tests, with a case for each planned trial.

    A trial with a score of 1 has passed, one with a lower score has failed; a fault that is not the agent's is an error; what was not
    run or not scored is skipped.

    Raises:
        StorageError: the file cannot be written.
        RunFileError: a run file cannot be read.
    """
    with open_output(target) as file:
        xml = _Writer(XMLGenerator(file, "utf-8", short_empty_elements=True))
        xml.open("testsuites", {})
        for path in paths:
            with RunFile(path) as run:
                _write_suite(xml, run, summarise(run))
        xml.close("testsuites")
        xml.end()


def _write_suite(xml: "_Writer", run: RunFile, summary: RunSummary) -> None:
    plan = summary.plan
    done = {(case.task, case.repeat) for case in cases(run)}
    absent = [
        (task, repeat)
        for task, repeats in planned_repeats(plan).items()
        for repeat in repeats
        if (task, repeat) not in done
    ]
    name = f"{plan['domain']}/{plan['suite']}"
    head = {"name": f"{name} with {agent_label(plan['agent'])}", "timestamp": plan["created_at"]}
    xml.open("testsuite", head | _totals(run, len(absent)))
    xml.properties(_properties(run, summary))
    for case in cases(run):
        _write_case(xml, name, case)
    for task, repeat in absent:
        xml.open("testcase", {"classname": name, "name": _name(task, repeat), "time": "0"})
        xml.element("skipped", {"message": "not run"})
        xml.close("testcase")
    xml.close("testsuite")


def _totals(run: RunFile, absent: int) -> dict[str, str]:
    counts, seconds = Counter[Verdict](), 0.0
    for case in cases(run):
        counts[case.verdict] += 1
        seconds += case.wall_s
    return {
        "tests": str(counts.total() + absent),
        "failures": str(counts[Verdict.FAILED]),
        "errors": str(counts[Verdict.ERROR]),
        "skipped": str(counts[Verdict.SKIPPED] + absent),
        "time": f"{seconds:.3f}",
    }


def _properties(run: RunFile, summary: RunSummary) -> Iterator[tuple[str, str]]:
    plan = summary.plan
    yield "agent", agent_label(plan["agent"])
    yield "suite_version", plan["suite_version"]
    yield "suite_hash", plan["suite_hash"]
    yield "headline", summary.headline
    yield "itbench_version", plan["itbench_version"]
    yield "run", str(run.path)


def _write_case(xml: "_Writer", suite: str, case: Case) -> None:
    attributes = {"classname": suite, "name": _name(case.task, case.repeat), "time": f"{case.wall_s:.3f}"}
    element = _ELEMENTS.get(case.verdict)
    if element is None:
        xml.element("testcase", attributes)
        return
    xml.open("testcase", attributes)
    value = "" if case.value is None else f"score {case.value:.3f}"
    message = "; ".join(filter(None, [value, *case.words[:1]])) or case.status
    xml.element(element, {"message": message, "type": case.status}, "\n".join(map(one_line, case.words)))
    xml.close("testcase")


def _name(task: str, repeat: int) -> str:
    return f"{task}:{repeat}"


class _Writer:
    """Writes elements, one to a line; characters that XML does not have are shown as escapes."""

    def __init__(self, xml: XMLGenerator) -> None:
        self._xml, self._depth, self._is_begun = xml, 0, False
        xml.startDocument()

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        self._begin_line()
        self._start(name, attributes)
        self._depth += 1

    def close(self, name: str) -> None:
        self._depth -= 1
        self._begin_line()
        self._xml.endElement(name)

    def element(self, name: str, attributes: Mapping[str, str], text: str = "") -> None:
        self._begin_line()
        self._start(name, attributes)
        if text:
            self._xml.characters(text)
        self._xml.endElement(name)

    def properties(self, pairs: Iterator[tuple[str, str]]) -> None:
        self.open("properties", {})
        for name, value in pairs:
            self.element("property", {"name": name, "value": value})
        self.close("properties")

    def end(self) -> None:
        self._xml.ignorableWhitespace("\n")
        self._xml.endDocument()

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        shown = {key: one_line(value) for key, value in attributes.items()}
        self._xml.startElement(name, AttributesImpl(shown))

    def _begin_line(self) -> None:
        if self._is_begun:
            self._xml.ignorableWhitespace("\n" + "  " * self._depth)
        self._is_begun = True
