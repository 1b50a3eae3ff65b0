"""The kinds of domains that can be written."""

from enum import StrEnum


class Kind(StrEnum):
    """What agents do in a new domain; each is a folder of templates, beside the folder that all share."""

    FILES = "files"
    ACTING = "acting"
