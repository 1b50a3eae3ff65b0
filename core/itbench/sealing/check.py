"""Looks at run files, bundles, submissions and receipts, as `itbench check` does, and holds them against what was promised."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from itbench.errors import DataError, RunFileError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.plan import Plan
from itbench.runs.plan.registration import broken_registration, plan_hash
from itbench.sealed.bundle import Bundle, is_bundle, read_bundle
from itbench.sealing.receipt import Receipt, faults_of_run, faults_of_submission, read_receipt
from itbench.sealing.submission import SubmissionFile, read_submission
from itbench.store.check import FileCheck, check_file
from itbench.store.reader import RunFile

_HEAD_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What was published before, as far as it is known.

    Attributes:
        plan_hash: of a run's plan.
        seal: digest of a suite's seal.
        key: that must have signed: the owner of a bundle or a receipt, the author of a submission.
        receipt: file of a receipt, of a run or of a submission.
    """

    plan_hash: str | None = None
    seal: str | None = None
    key: str | None = None
    receipt: Path | None = None


NOTHING = Promised()


@dataclass(frozen=True, slots=True)
class SealedCheck:
    """What a bundle, a submission or a receipt is, and what is wrong with it.

    Attributes:
        path: of it.
        faults: one line each; none where it is sound.
        kind: in words.
        facts: by name, for machines and for people.
    """

    path: Path
    faults: list[str]
    kind: str
    facts: JsonObject = field(default_factory=dict)


def check_path(path: Path, promised: Promised = NOTHING) -> FileCheck | SealedCheck:
    """Return what is wrong with a run file, a bundle, a submission or a receipt, and where it is not what was promised.

    Raises:
        DataError: the promised receipt cannot be read.
        UsageError: the package `cryptography` is not installed, and this needs it.
    """
    receipt = None if promised.receipt is None else read_receipt(promised.receipt).document
    kind = _kind(path)
    if kind is None:
        return _run(path, promised, receipt)
    try:
        if kind == "bundle":
            return _bundle(read_bundle(path), promised, receipt)
        if kind == "receipt":
            return _receipt(path, promised)
        return _submission(read_submission(path), promised, receipt)
    except DataError as error:
        return SealedCheck(path, [str(error).removeprefix(f"{path}: ").removeprefix(f"{path} ")], kind)


def _kind(path: Path) -> str | None:
    """Return what something looks like, None for a run file or whatever else."""
    if is_bundle(path):
        return "bundle"
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None  # Opening it as a run file says why not.
    if not head.startswith(b"{"):
        return None
    return "receipt" if head.startswith(b'{"payload"') else "submission"


def _bundle(bundle: Bundle, promised: Promised, receipt: Receipt | None) -> SealedCheck:
    seal = bundle.seal.document
    faults = [
        *bundle.faults(),
        *_differs("seal", bundle.seal.digest, promised.seal),
        *_differs("key", seal.key, promised.key),
        *(_owner_faults(receipt, bundle.seal.digest, seal.key) if receipt else ()),
    ]
    if promised.plan_hash is not None:
        faults.append("a bundle has no plan; leave out --plan-hash")
    facts = {
        "seal": bundle.seal.digest,
        "key": seal.key,
        "suite": f"{seal.domain}/{seal.suite} {seal.suite_version}",
        "created_at": seal.created_at,
        "tasks": len(seal.tasks),
    }
    return SealedCheck(
        bundle.root, faults, "public bundle" if bundle.opening is None else "private bundle", facts
    )


def _submission(found: SubmissionFile, promised: Promised, receipt: Receipt | None) -> SealedCheck:
    index, plan = found.index.document, plan_hash(found.plan)
    faults = [
        *_differs("seal", index.seal, promised.seal),
        *(broken_registration(found.plan, promised.plan_hash) if promised.plan_hash else ()),
    ]
    if receipt is None:
        faults += _differs("key", index.key, promised.key)
    else:
        faults += [
            *_differs("receipt's key", receipt.key, promised.key),
            *faults_of_submission(found.index, plan, receipt),
        ]
    faults += [f"{line.name}: {fault}" for line in found.trials() for fault in line.faults()]
    facts = {
        "submission": found.index.digest,
        "seal": index.seal,
        "key": index.key,
        "run": index.run,
        "plan_hash": plan,
        "trials": len(index.trials),
        **({} if receipt is None else {"receipt_key": receipt.key}),
    }
    return SealedCheck(found.path, faults, "submission", facts)


def _receipt(path: Path, promised: Promised) -> SealedCheck:
    found = read_receipt(path).document
    faults = [
        *_differs("seal", found.seal, promised.seal),
        *_differs("key", found.key, promised.key),
        *_differs("plan hash", found.plan_hash, promised.plan_hash),
    ]
    if promised.receipt is not None:
        faults.append("it is a receipt itself; leave out --receipt")
    values = [each.value for each in found.trials if each.value is not None]
    facts = {
        "submission": found.submission,
        "submitter": found.submitter,
        "seal": found.seal,
        "key": found.key,
        "run": found.run,
        "plan_hash": found.plan_hash,
        "number": found.number,
        "number_of_submitter": found.number_of_submitter,
        "suite_tasks": found.suite_tasks,
        "planned_tasks": found.planned_tasks,
        "planned_trials": found.planned_trials,
        "trials": len(found.trials),
        "scored": len(values),
    }
    return SealedCheck(path, faults, "receipt", facts)


def _run(path: Path, promised: Promised, receipt: Receipt | None) -> FileCheck:
    found = check_file(path)
    if found.faults:
        return found
    try:
        with RunFile(path) as run:
            faults = list(_broken_promises(run, promised, receipt))
    except (DataError, RunFileError) as error:
        faults = [str(error)]
    return replace(found, faults=faults)


def _broken_promises(run: RunFile, promised: Promised, receipt: Receipt | None) -> Iterator[str]:
    plan = Plan.model_validate(run.plan())
    if promised.plan_hash is not None:
        yield from broken_registration(plan, promised.plan_hash)
    yield from _differs("seal", plan.suite_seal or "none", promised.seal)
    if promised.key is not None:
        if receipt is None:
            yield "a run file has no signature of its own; name its receipt with --receipt"
        else:
            yield from _differs("key", receipt.key, promised.key)
    if receipt is not None:
        yield from _receipt_faults(run, plan, receipt)


def _receipt_faults(run: RunFile, plan: Plan, receipt: Receipt) -> Iterator[str]:
    """Yield how a run differs from its receipt; both are held against the bundle, which has the salts."""
    root = Path(plan.suite_data or "")
    bundle = read_bundle(root) if is_bundle(root) else None
    if bundle is None or bundle.opening is None:
        yield f"its private bundle, which a receipt is checked with, is not at {str(root)!r}; put it there, or score again what was revealed"
        return
    yield from _owner_faults(receipt, bundle.seal.digest, bundle.seal.document.key)
    yield from _differs("plan hash", plan_hash(plan), receipt.plan_hash)
    yield from faults_of_run(run, receipt, bundle.opening.salts)


def _owner_faults(receipt: Receipt, seal: str, key: str) -> Iterator[str]:
    """Yield whether a receipt is of another suite, or signed by somebody else than the suite's owner."""
    if receipt.seal != seal:
        yield f"the receipt is of the seal {receipt.seal}, this one is {seal}"
    if receipt.key != key:
        yield f"the receipt is signed by {receipt.key}, the seal by {key}"


def _differs(what: str, found: str, promised: str | None) -> list[str]:
    return [] if promised in {None, found} else [f"its {what} is {found}, promised was {promised}"]
