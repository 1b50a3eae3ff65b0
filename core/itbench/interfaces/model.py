"""The base of all data that is passed around: frozen, and closed to unknown keys."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A pydantic model that cannot be changed and takes no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")
