"""Names of what is varied: parameters, and elements of those that are lists."""

from __future__ import annotations

from typing import NamedTuple


class ParameterName(NamedTuple):
    """A parameter, or one element of it.

    Examples
    --------
    >>> ParameterName.read("depths[2]"), ParameterName.read("width").is_element
    (ParameterName(base='depths', place='2'), False)
    >>> ParameterName.read("depths[2]").number(4), ParameterName.read("depths[9]").number(4)
    (2, None)
    """

    base: str
    """What the spec calls it."""
    place: str | None = None
    """What stands between the brackets; nothing of a whole parameter."""

    @classmethod
    def read(cls, text: str) -> ParameterName:
        """Take a name apart."""
        base, bracket, rest = text.partition("[")
        if not bracket:
            return cls(base)
        return cls(base, rest.removesuffix("]") if rest.endswith("]") else "")

    @property
    def is_element(self) -> bool:
        """Whether it names one element of a list."""
        return self.place is not None

    def number(self, length: int) -> int | None:
        """Return the place in a list of a length; nothing if there is no such one."""
        return next((k for k in range(length) if str(k) == self.place), None)
