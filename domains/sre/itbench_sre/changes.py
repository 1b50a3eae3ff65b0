"""What changed in the rules of scoring with each version from 2 on: `itbench score` tells it of an older run."""

SCORING_CHANGES = (
    (
        "The very same object counts once, however often and in whatever spelling it is named.",
        "A name without generated suffixes counts as the object that is also named with them.",
        "Names that the data does not show count once for each root cause and kind.",
        "Kinds may be written in any way that kubectl knows; a name with a character that Kubernetes forbids is unreadable.",
        "Fields that are not scored decide nothing, and an entry without a readable name is one wrong name.",
        "An answer that was refused when it was handed in stays refused; run such tasks again.",
        "A wildcard of a workload takes generated suffixes only, not another workload's name.",
        "A loose filter of a chaos experiment takes one target and one fault; `<x>service` in it also stands for `<x>`.",
        "Only kinds that Chaos Mesh has are experiments, and a Rollout is a workload.",
        "A Namespace object is written with its own namespace, with `cluster`, or with none.",
        "A name of no object is wrong where the task's data lists objects of its kind; runs from before have not looked.",
        "Alias lists say which names find a root cause; they join no components.",
        "Fault localization finds the component that fails first by IBM's priorities, and asks for it on the answer's path.",
        "Without propagations, an answer in IBM's format has an empty path.",
        "A chain begins with what the answer blames, where nothing leads to that.",
    ),
    (
        "A wildcard that takes the pods of `details-v1` also takes its Deployment, and its Pod without generated suffixes.",
    ),
    (
        "Names may carry a confidence, measured by the Brier score; an answer that blames nothing may too.",
        "Where a truth says that nothing is wrong, an answer that blames nothing scores 1, and any other 0.",
        "A wrong name that stands for a trigger or for an innocent change is counted as such, where the truth knows them.",
    ),
)
