"""What the suites of this domain share, made from seeds or published: an engine that judges."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from itbench import Floor, JsonObject, Progress, no_progress
from itbench.kit import GeneratedSuite, SuiteWithChoices
from itbench_ciso.engines.packages import REGO_ENGINES


class JudgedSuite(SuiteWithChoices):
    """A suite with the option `engine`; the engine must be there before anything is made or read."""

    choices: Mapping[str, Sequence[str]] = {"engine": REGO_ENGINES}

    def settings(self) -> JsonObject:
        """Return what the suite records, and the engine with its version."""
        from itbench_ciso.engines.packages import find_engine

        return super().settings() | {"engine": find_engine(self.choice("engine")).in_words}

    def prepare(self, progress: Progress = no_progress) -> None:
        """Look for the engine, then make or find the tasks.

        Raises:
            UsageError: the engine is not there.
            SandboxError: the engine cannot be installed.
            DataError: the tasks cannot be made, or lie nowhere.
        """
        from itbench_ciso.engines.packages import find_engine

        find_engine(self.choice("engine"), progress)
        super().prepare(progress)


class CisoSuite(JudgedSuite, GeneratedSuite):
    """A suite of the domain `ciso` that is made from seeds."""

    domain = "ciso"
    manifest = Path(__file__).with_name("manifest.json")
    floor = Floor(agent="memorised-policies", value=1.0, role="adversary")
    is_floor_of_draws = True

    def prepare_to_run(self, progress: Progress = no_progress) -> None:
        """Look for the engine, and make nothing yet: `restore` makes the tasks that the run has.

        Raises:
            UsageError: the engine is not there.
            SandboxError: the engine cannot be installed.
        """
        from itbench_ciso.engines.packages import find_engine

        find_engine(self.choice("engine"), progress)

    def write_made(self, folder: Path, truths: Path | None, progress: Progress = no_progress) -> None:
        """Look for the engine, then make the tasks into a folder.

        Raises:
            UsageError: the engine is not there.
            SandboxError: the engine cannot be installed.
            DataError: the tasks cannot be made.
        """
        from itbench_ciso.engines.packages import find_engine

        find_engine(self.choice("engine"), progress)
        super().write_made(folder, truths, progress)
