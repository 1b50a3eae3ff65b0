"""Writes the page about all controls: `python -m itbench_ciso.controls.page > docs/reference/ciso-controls.md`."""

import sys
from collections.abc import Iterator
from importlib.resources import files

from itbench.kit import Randomness
from itbench_ciso.controls.control import BENCHMARK, Control
from itbench_ciso.controls.overlaps import OVERLAPS
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import requirement, shared_texts

_SEED = 1
_TOP = f"""\
# The controls of the CISO domain

<!-- Written by `python -m itbench_ciso.controls.page`; change the controls, not this page. -->

Each control is a requirement in our own words on what can be told from manifests; the numbers are those of the
{BENCHMARK}, section 5. A task states the requirement as it stands here, with names drawn from its
seed (those below are drawn from seed {_SEED}).

## How variants are made

A variant is a small cluster as manifests. It begins as a hardened one, drawn at random: two namespaces with their
service accounts and network policies, workloads, a Service, a ConfigMap. That one complies with every control. Then
it is changed by a few *ways* that look like violations and comply, and by one way to violate: in half of the variants as it
is, in the other half *repaired*, the same change without the violation. So both halves have as many objects of the same
kinds, under names drawn alike, and nothing but the violation tells them apart. No way touches another control, except for
the pairs under *Overlaps*. Every way is taken in both halves, and the order is random.

The objects are then shuffled and laid out in a few files, several documents a file, some of them wrapped in a `List`,
some files with empty documents at the start. File names, object names and order tell nothing.
"""


_SHARED = """\
## What several controls explain alike

In a task these paragraphs stand where they are needed.
"""


def page() -> str:
    """Return the page in Markdown."""
    shared = dict(shared_texts())
    reading = shared.pop("reading")
    decisions = files(__package__).joinpath("decisions.md").read_text("utf-8")
    sections = map(_section, controls().values())
    parts = [_TOP, reading, _SHARED, *shared.values(), *sections, decisions, *_overlaps()]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _section(control: Control) -> str:
    text = requirement(control, control.parameters(Randomness(_SEED)), is_complete=False)
    judged = "policies in Rego and in CEL" if control.is_admission else "policies in Rego"
    complying, violating = (
        [way for way in control.ways if way.is_compliant is fine] for fine in (True, False)
    )
    return "\n\n".join(
        [
            f"## {control.number} {control.title}",
            text.strip("\n"),
            f"Judged by {judged}. Ways to comply:",
            "\n".join(f"- {way.name}" for way in complying),
            "Ways to violate:",
            "\n".join(f"- {way.name}" for way in violating),
        ]
    )


def _overlaps() -> Iterator[str]:
    yield "## Overlaps"
    yield "What is changed for the first control may violate the second one as well."
    rows = [f"| {first} | {second} | {reason} |" for (first, second), reason in OVERLAPS.items()]
    yield "\n".join(["| changed for | may violate | because |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    sys.stdout.write(page())
