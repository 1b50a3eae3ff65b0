"""Files that may hold text or anything else, such as a picture."""


def text_of_file(data: bytes) -> str | None:
    """Return a file as text; None for one that is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
