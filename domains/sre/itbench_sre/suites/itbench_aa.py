"""`sre/itbench-aa`: the public SRE incidents of Artificial Analysis and IBM, read where they lie."""

from itbench import Floor
from itbench.kit import HubDataset, numbered
from itbench_sre.published.index import INDEX_NAME, has_index
from itbench_sre.published.suite import IncidentDataset
from itbench_sre.suites.itbench_lite import CONSTANT, MEASURED_ON, NUMBERS

# All those of ITBench-Lite and five more.
_NUMBERS = (*NUMBERS, 3, 26, 27, 37, 40)
AA = HubDataset(
    repository="ArtificialAnalysis/ITBench-AA",
    domain="sre",
    suite="itbench-aa",
    folder="sre",
    names=numbered("Scenario-", "itbench-aa-"),
    is_own=has_index,
    own_mark=f"there is no {INDEX_NAME}",
    count=len(_NUMBERS),
    published=frozenset(f"Scenario-{number}" for number in _NUMBERS),
    extra_files=(INDEX_NAME,),
)


class AASuite(IncidentDataset):
    """The incidents of ITBench-AA; its index holds their truths."""

    dataset = AA
    title = "ITBench-AA"
    summary = "ITBench-AA: the 40 public SRE incidents of Artificial Analysis and IBM."
    floor = Floor(agent=CONSTANT, value=12 / 39, measured_on=MEASURED_ON.format("39 of its 40"))


ITBENCH_AA = AASuite()
