"""What the doctor says of CEL: the domain evaluates it itself, with a package of its own for patterns."""

from itbench import Progress


class CelPreparation:
    """Says whether the package for patterns is there; it is part of an extra, which only the user can install."""

    name = "ciso: CEL, for admission policies"

    def problem(self) -> str | None:
        """Return what is missing, or None."""
        from itbench import UsageError
        from itbench_ciso.engines.packages import CEL, find_engine

        try:
            find_engine(CEL)
        except UsageError as error:
            return str(error)
        return None

    def prepare(self, progress: Progress) -> None:
        """Leave it to the user."""
        del progress


CEL_PREPARATION = CelPreparation()
"""What the domain needs on this machine to judge admission policies."""
