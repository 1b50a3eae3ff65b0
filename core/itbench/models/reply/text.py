"""Repairs text that cannot be sent."""


def sound(text: str) -> str:
    """Return text that can be written as UTF-8.

    Halves of a surrogate pair that came in two pieces of a stream are joined; a half alone is replaced.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
