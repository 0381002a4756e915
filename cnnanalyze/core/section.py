"""Sections: a few named values that belong together, and nothing besides."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of a file of ours, as a value; unknown names and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
