"""Cuts text to a length that a model can be shown."""


def cut(text: str, longest: int) -> str:
    """Return head and tail of a text that is too long, with a line between that counts what was left out."""
    if len(text) <= longest:
        return text
    head, tail = longest - longest // 2, longest // 2
    left_out = len(text) - longest
    return f"{text[:head]}\n[... {left_out} characters left out ...]\n{text[len(text) - tail :]}"
