"""How much is recorded: a small incident that is quick to write and read, or one of the size of real recordings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """What is left out of a small recording; nothing that is left out changes what happened.

    Attributes:
        service_every: one of so many scrapes of span metrics is written.
        pod_every: one of so many looks at the containers' main metrics is written.
        more_every: the same for all other metrics of pods.
        sampled_in: the collector keeps one trace in so many, and the log records that carry its ids.
        is_doubled: whether each row of metrics stands twice, as the real recorder's query has it.
    """

    service_every: int
    pod_every: int
    more_every: int
    is_doubled: bool
    sampled_in: int = 1

    @classmethod
    def of_scale(cls, scale: int) -> "Detail":
        """Return what a recording of `scale` times the small size has; from 10 on it is as detailed as real ones."""
        if scale >= 10:
            return cls(1, 1, 1, is_doubled=True)
        return cls(
            service_every=max(8 // scale, 1),
            pod_every=max(3 // scale, 1),
            more_every=max(20 // scale, 1),
            is_doubled=False,
            sampled_in=max(6 // scale, 1),
        )
