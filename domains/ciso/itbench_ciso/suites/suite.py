"""What the made suites of this domain share: their name in the cache, their engine, and how their tasks are pinned."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from itbench import Floor, JsonObject, Progress, SuiteOptions, UsageError, no_progress
from itbench.kit import GeneratedSuite
from itbench_ciso.engines.packages import REGO_ENGINES

if TYPE_CHECKING:
    from itbench.kit import Draw


class CisoSuite(GeneratedSuite):
    """A suite of the domain `ciso` that is made from seeds.

    Attributes:
        engines: that may be asked for with the option `engine`; the first one is the default.
    """

    domain = "ciso"
    engines: tuple[str, ...] = REGO_ENGINES

    def __init__(
        self, drawn: "Draw | None" = None, floor: Floor | None = None, engine: str | None = None
    ) -> None:
        super().__init__(drawn, floor)
        self.engine = engine or self.engines[0]

    def configured(self, options: SuiteOptions) -> Self:
        """Take `engine`, `seed` and `count`.

        Raises:
            UsageError: another option, or a value that is none.
        """
        extra = dict(options.extra)
        engine = extra.pop("engine", self.engine)
        if engine not in self.engines:
            known = ", ".join(self.engines)
            raise UsageError(f"suite {self.name!r} has no engine {engine!r}; it knows: {known}")
        left = SuiteOptions(data=options.data, as_published=options.as_published, extra=extra)
        suite = super().configured(left)
        found = type(self)(suite._drawn, engine=engine)  # noqa: SLF001 - it is one of ours
        # What sets it holds for all that the generator makes, with any engine.
        found.floor = self.floor
        return found

    def settings(self) -> JsonObject:
        """Return whether these are the embedded tasks, and the engine with its version."""
        from itbench_ciso.engines.packages import find_engine

        return super().settings() | {"engine": find_engine(self.engine).in_words}

    def prepare(self, progress: Progress = no_progress) -> None:
        """Look for the engine, then make what is not in the cache yet.

        Raises:
            UsageError: the engine is not there.
            SandboxError: the engine cannot be installed.
            DataError: an embedded task does not come out as pinned.
        """
        from itbench_ciso.engines.packages import find_engine

        find_engine(self.engine, progress)
        super().prepare(progress)

    def pinned(self) -> Mapping[str, str]:
        """Return the pinned hashes of all embedded tasks of the domain."""
        from itbench_ciso.suites.digests import read_manifest

        return read_manifest()
