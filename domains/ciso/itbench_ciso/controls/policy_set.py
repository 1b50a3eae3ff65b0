"""A set of policies, one for each control, and the policy that combines them."""

from collections.abc import Iterable

from itbench_ciso.controls.control import Control

COMBINING = "policy.rego"
_HEAD = """\
package check

import rego.v1

# A cluster complies where every policy of the set says so.
default result := false

result if {
"""
_PACKAGE = "package check"


def policy_path(number: str) -> str:
    """Return where the policy of a control lies, below the set."""
    return f"policies/{_name(number)}.rego"


def policy_text(number: str, policy: str) -> str:
    """Return a policy of one control as a part of the set, in a package of its own.

    Raises:
        ValueError: it is not of the package `check`.
    """
    if policy.count(_PACKAGE) != 1:
        raise ValueError(f"the policy of control {number} names the package `check` not just once")
    return policy.replace(_PACKAGE, f"package policies.{_name(number)}")


def combining_text(numbers: Iterable[str]) -> str:
    """Return the policy that combines those of some controls."""
    lines = "".join(f"\tdata.policies.{_name(number)}.result\n" for number in numbers)
    return f"{_HEAD}{lines}}}\n"


def _name(number: str) -> str:
    return f"cis_{number.replace('.', '_')}"


def title_of(control: Control) -> str:
    """Return the control in one line, with its number."""
    return f"{control.title} ({control.number})"
