"""What changed in the rules of scoring with each version from 2 on: `itbench score` tells it of an older run."""

SCORING_CHANGES = (
    (
        "Right-sizing: a breach deducts twice what the workload costs, so a plan can lose more than it saves before it is cut at 0.",
        "Right-sizing: a workload that is left out, or planned twice, counts as it is now, also where it breaches its target.",
        "Right-sizing: a size that keeps its target, however dear, deducts no more than a breach; it was no more than the stake.",
        "Published anomalies: amounts are read in the forms of many countries; what had to be guessed is among the reasons.",
    ),
    (
        "Anomalies: letters of names that only look or sound alike are different (`ß` and `ss`, the long s and `s`).",
        "Published anomalies: a date is a date or time of ISO 8601 and nothing else; a time with an offset counts for its day in UTC.",
    ),
)
