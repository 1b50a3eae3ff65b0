"""`sre/itbench-lite`: the SRE incidents that IBM published, read where they lie."""

from itbench import Floor
from itbench.kit import HubDataset, numbered
from itbench_sre.published.index import INDEX_NAME, has_no_index
from itbench_sre.published.suite import IncidentDataset

# The public ids, which are not consecutive.
NUMBERS = (1, 2, 4, 5, 6, 7, 8, 9, *range(11, 26), 29, 31, 33, 34, 35, 38, 80, 81, 83, 91, 102, 105)
# Many incidents are feature flags of one ConfigMap. A test measures this again, on the truths alone.
CONSTANT = "the constant answer otel-demo/ConfigMap/flagd-config"
MEASURED_ON = "{} truths, those that itbench-hub/ITBench has at 8949d5b2"
LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="sre",
    suite="itbench-lite",
    folder="snapshots/sre/*",
    names=numbered("Scenario-", "itbench-lite-"),
    is_own=has_no_index,
    own_mark=f"there is a {INDEX_NAME}",
    count=len(NUMBERS),
    published=frozenset(f"Scenario-{number}" for number in NUMBERS),
)


class LiteSuite(IncidentDataset):
    """The incidents of ITBench-Lite; their truths lie in their directories."""

    dataset = LITE
    title = "ITBench-Lite"
    summary = "ITBench-Lite: the 35 SRE incidents that IBM published."
    floor = Floor(agent=CONSTANT, value=11 / 34, measured_on=MEASURED_ON.format("34 of its 35"))


ITBENCH_LITE = LiteSuite()
