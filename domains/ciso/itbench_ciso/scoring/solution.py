"""The files of a perfect submission, from the truth."""

from itbench import JsonObject


def perfect_files(truth: JsonObject) -> dict[str, bytes]:
    """Return the reference solution that the truth holds."""
    return {name: text.encode() for name, text in truth["solution"].items()}
