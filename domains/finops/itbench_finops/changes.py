"""What changed in the rules of scoring with each version from 2 on: `itbench score` tells it of an older run."""

SCORING_CHANGES = (
    (
        "Right-sizing: a breach deducts twice what the workload costs, so a plan can lose more than it saves before it is cut at 0.",
        "Right-sizing: a workload that is left out, or planned twice, counts as it is now, also where it breaches its target.",
        "Right-sizing: a size that keeps its target, however dear, deducts no more than a breach; it was no more than the stake.",
        "Published anomalies: amounts are read in the forms of many countries; what had to be guessed is among the reasons.",
    ),
)
