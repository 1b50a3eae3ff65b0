"""Checks a suite against all rules; `itbench validate` and `itbench.testing` use the same door."""

from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.domain import Domain
from itbench.interfaces.fault import Stage
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.task import Task
from itbench.kit.directory import DirectorySuite, read_json
from itbench.kit.folder import located
from itbench.plugins.domains import find_suite
from itbench.runs.trial.blame import Blamed, blame
from itbench.schema.check import schema_faults
from itbench.sealed.bundle import is_bundle
from itbench.sealed.reopen import named_suite
from itbench.suites.load import FaultyTasksError, load_tasks
from itbench.suites.shown import Secrets, shown_inputs
from itbench.suites.soundness import task_data_faults
from itbench.validation.case import Case, Rule
from itbench.validation.finding import Finding, Skipped, ValidationReport
from itbench.validation.hidden import holds
from itbench.validation.rules import DEEP_RULES, RULES
from itbench_schemas import load

_TASKS_VALID = "tasks-valid"
_NO_OPTIONS = SuiteOptions()


def validate_suite(
    reference: str, options: SuiteOptions, progress: Progress = no_progress, *, is_deep: bool = False
) -> ValidationReport:
    """Check an installed suite, with `is_deep` also against the rules that take long.

    Raises:
        ITBenchError: it is not available at all.
    """
    domain, suite = find_suite(reference)
    suite = suite.configured(options)
    suite.prepare(progress)
    report = check_suite(domain, suite, progress, is_deep=is_deep)
    report.data_warning = suite.data_warning() or suite.data_gap()
    return report


def check_suite(
    domain: Domain, suite: Suite, progress: Progress = no_progress, *, is_deep: bool = False
) -> ValidationReport:
    """Check a prepared suite against all rules; where truths cannot be read, the rules that need them are left out."""
    report = ValidationReport(f"{domain.name}/{suite.name}", rules=[_TASKS_VALID])
    try:
        case = Case(domain, suite, load_tasks(suite))
    except FaultyTasksError as error:
        report.findings += [_task_finding(line) for line in error.faults]
        return report
    report.tasks = len(case.tasks)
    suite.restore([task.id for task in case.tasks], progress)
    rules = (*RULES, *DEEP_RULES) if is_deep else RULES
    for at, rule in enumerate(rules):
        progress(f"checking {rule.name}", at, len(rules))
        report.rules.append(rule.name)
        _check(rule, case, report)
        # The rules after these need data and truths that can be read.
        if report.findings and rule.name == "truth-valid":
            break
    return report


def _check(rule: Rule, case: Case, report: ValidationReport) -> None:
    """Add what a rule finds; what the domain's own code raises meanwhile is a finding too."""
    try:
        with blame(Stage.TASK):
            for found in rule.check(case):
                if isinstance(found, Skipped):
                    report.skipped.append(found)
                else:
                    report.findings.append(found)
    except Blamed as error:
        places = [line.strip() for line in error.fault.traceback.splitlines() if line.startswith("  File ")]
        fix = f"correct the code at {places[-1]}" if places else "correct the domain"
        report.findings.append(Finding(rule.name, f"suite {case.suite.name}", error.fault.message, fix))


def validate_folder(
    root: Path,
    options: SuiteOptions = _NO_OPTIONS,
    progress: Progress = no_progress,
    *,
    is_deep: bool = False,
) -> ValidationReport:
    """Check a suite that lies in a folder: heads, tasks, truths, and that no input shows a truth.

    One whose head names a domain, and a sealed one, is checked like an installed suite, against all rules.

    Raises:
        DataError: it has no usable `suite.json`.
        ITBenchError: the domain that it names is not available.
    """
    if is_bundle(root):
        domain, sealed, _ = named_suite(str(root), options)
        sealed.prepare(progress)
        report = check_suite(domain, sealed, progress, is_deep=is_deep)
        report.data_warning = sealed.data_warning()
        return report
    suite = DirectorySuite(root)
    if suite.domain:
        return validate_suite(*located(str(root), options), progress, is_deep=is_deep)
    report = ValidationReport(str(root), rules=[_TASKS_VALID, "data-sound", "truth-valid", "truth-hidden"])
    try:
        tasks = load_tasks(suite)
    except FaultyTasksError as error:
        report.findings += [_task_finding(line) for line in error.faults]
        return report
    report.tasks = len(tasks)
    secrets = Secrets.of_tasks(suite, tasks)
    for task in tasks:
        report.findings += _folder_findings(suite, secrets, root / "truths" / f"{task.id}.json", task)
    return report


def _folder_findings(suite: DirectorySuite, secrets: Secrets, path: Path, task: Task) -> list[Finding]:
    unsound = task_data_faults(suite, task.id, secrets)
    if unsound:
        return [Finding("data-sound", f"task {task.id}", line, "correct the data") for line in unsound]
    try:
        truth = read_json(path)
    except DataError as error:
        return [Finding("truth-valid", str(path), str(error).removeprefix(f"{path}: "), "write the truth")]
    wrong = schema_faults(truth, load("truth"))
    if wrong:
        return [Finding("truth-valid", str(path), line, "correct the truth") for line in wrong]
    return [
        Finding(
            "truth-hidden",
            f"task {task.id}: input {entry.path!r}",
            "it holds the canary of its truth",
            "take it out",
        )
        for entry in shown_inputs(suite, task.id, secrets)
        if holds(entry.source, truth["canary"].encode())
    ]


def _task_finding(line: str) -> Finding:
    place, _, problem = line.partition(": ")
    return Finding(_TASKS_VALID, place, problem, "correct the task")
