"""The small file in a study's folder: the study as it was begun, and which run file belongs to which of its runs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from itbench.errors import RunFileError, UsageError
from itbench.host.output_file import write_output
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.model import Frozen
from itbench.interfaces.study import Study, StudySuite
from itbench.runs.study.entries import Settings, study_suites
from itbench.suites.secret import is_meant, recalled

NAME = "study.json"
_VERSION = 1


class StudySecrets(Frozen):
    """The options of a suite that no file of a run may hold, by salted fingerprints."""

    domain: str
    suite: str
    fingerprints: dict[str, str]


class StudyRun(Frozen):
    """One run of a study, and its file."""

    suite: str
    agent: str
    file: str | None = Field(
        default=None, description="Name of the run file beside the study; null before the run begins."
    )


class StudyState(Frozen):
    """What the folder of a study says of it."""

    format: int = Field(default=_VERSION, ge=1, le=_VERSION)
    study_file: str = Field(description="Path of the file that the user wrote.")
    base: str = Field(description="Folder from which the paths in that file are meant.")
    study: JsonObject = Field(description="What that file says, by the schema urn:itbench:study.")
    secrets: dict[str, StudySecrets] = Field(default_factory=dict, description="By the title of the suite.")
    max_trials: int | None = Field(default=None, description="As given on the command line.")
    max_cost_usd: float | None = Field(default=None, description="For all runs together.")
    runs: tuple[StudyRun, ...]

    def settings(self, folder: Path) -> Settings:
        """Return what holds for all runs."""
        return Settings(
            out=folder, base=Path(self.base), max_trials=self.max_trials, max_cost_usd=self.max_cost_usd
        )

    def with_file(self, place: int, name: str) -> "StudyState":
        """Return the state in which one of the runs has a file."""
        run = self.runs[place].model_copy(update={"file": name})
        return self.model_copy(update={"runs": (*self.runs[:place], run, *self.runs[place + 1 :])})

    def whole_study(self) -> Study:
        """Return the study with the secret options of its suites, which are kept elsewhere.

        Raises:
            UsageError: one of them is not known here.
        """
        study = Study.model_validate(self.study)
        found = dict(study_suites(study))
        for title, kept in self.secrets.items():
            plan = {"domain": kept.domain, "suite": kept.suite, "suite_secret": kept.fingerprints}
            extra = recalled(plan | {"suite_extra": found[title].options})
            found[title] = found[title].model_copy(update={"options": {**found[title].options, **extra}})
        return study.model_copy(update={"suites": tuple(found.values())})


def is_study_folder(path: Path) -> bool:
    """Tell whether a folder holds a study."""
    return (path / NAME).is_file()


def read_state(folder: Path) -> StudyState:
    """Return the state of the study in a folder.

    Raises:
        UsageError: there is none.
        RunFileError: it cannot be read.
    """
    path = folder / NAME
    try:
        return StudyState.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no study in {str(folder)!r}; `itbench runs {folder}` lists the runs in it"
        ) from error
    except OSError as error:
        raise RunFileError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    except (ValidationError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise RunFileError(f"{str(path)!r} is damaged, or of a newer itbench: {first}") from error


def write_state(folder: Path, state: StudyState) -> None:
    """Write the state of a study; it is replaced as a whole.

    Raises:
        StorageError: it cannot be written.
    """
    text = json.dumps(state.model_dump(mode="json"), indent=2, ensure_ascii=False)
    write_output(folder / NAME, f"{text}\n")


def study_document(study: Study, secrets: Mapping[str, StudySecrets]) -> JsonObject:
    """Return a study as JSON without the secret options of its suites."""
    document: JsonObject = study.model_dump(mode="json", exclude_defaults=True)
    for (title, _), suite in zip(study_suites(study), document["suites"], strict=True):
        if title in secrets and isinstance(suite, dict):
            kept = {
                key: value
                for key, value in suite.get("options", {}).items()
                if key not in secrets[title].fingerprints
            }
            suite["options"] = kept
    return document


def changes(state: StudyState, study: Study) -> list[str]:
    """Return what a study says otherwise than the one that was begun, one line each."""
    found = [*_changes("$", state.study, study_document(study, state.secrets))]
    now = dict(study_suites(study))
    for title, kept in state.secrets.items():
        if title in now:
            found += _secret_changes(title, now[title], kept)
    return found


def _secret_changes(title: str, suite: StudySuite, kept: StudySecrets) -> Iterator[str]:
    for key, fingerprint in kept.fingerprints.items():
        if not is_meant(suite.options.get(key, ""), fingerprint):
            yield f"the option {key!r} of suite {title!r} is another one"


def _changes(path: str, before: JsonValue, after: JsonValue) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _changes(f"{path}.{key}", before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        for at in range(max(len(before), len(after))):
            old, new = (entries[at] if at < len(entries) else None for entries in (before, after))
            yield from _changes(f"{path}[{at}]", old, new)
    elif before != after:
        yield f"{path} {_was(before)} and {_is(after)}"


def _was(value: JsonValue) -> str:
    return "was not there" if value is None else f"was {json.dumps(value, ensure_ascii=False)}"


def _is(value: JsonValue) -> str:
    return "is gone" if value is None else f"is {json.dumps(value, ensure_ascii=False)}"
