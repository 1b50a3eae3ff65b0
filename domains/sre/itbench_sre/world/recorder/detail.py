"""How much is recorded: a small incident that is quick to write and read, or one of the size of real recordings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """What is left out of a small recording; nothing that is left out changes what happened.

    Attributes:
        service_every: one of so many scrapes of span metrics is written.
        pod_every: one of so many looks at the containers' main metrics is written.
        more_every: the same for all other metrics of pods.
        is_doubled: whether each row of metrics stands twice, as the real recorder's query has it.
    """

    service_every: int
    pod_every: int
    more_every: int
    is_doubled: bool

    @classmethod
    def of_scale(cls, scale: int) -> "Detail":
        """Return what a recording of `scale` times the small size has; from 10 on it is as detailed as real ones."""
        if scale >= 10:
            return cls(1, 1, 1, is_doubled=True)
        return cls(max(4 // scale, 1), max(2 // scale, 1), max(10 // scale, 1), is_doubled=False)
