"""Where each published dataset comes from, and how its files are laid out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A dataset on the Hugging Face Hub.

    Attributes:
        suite: name of the suite that reads it.
        owner: on the hub.
        name: on the hub.
        folder: where the scenarios lie in it; `*` stands for the only folder there.
        has_index: whether `data.jsonl` lies beside the scenarios, with their order and truths.
    """

    suite: str
    owner: str
    name: str
    folder: str
    has_index: bool

    @property
    def id(self) -> str:
        """What the hub calls it."""
        return f"{self.owner}/{self.name}"

    @property
    def cache_folder(self) -> str:
        """The folder that the hub's client makes for it."""
        return f"datasets--{self.owner}--{self.name}"


AA = Repository(
    suite="itbench-aa", owner="ArtificialAnalysis", name="ITBench-AA", folder="sre", has_index=True
)
LITE = Repository(
    suite="itbench-lite", owner="ibm-research", name="ITBench-Lite", folder="snapshots/sre/*", has_index=False
)
