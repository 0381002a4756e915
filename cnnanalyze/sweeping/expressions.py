"""Expressions of a sweep: conditions on points, and parameters that follow from others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.language.dependence import words_of_text
from cnnanalyze.language.expression import evaluate_bare
from cnnanalyze.sweeping.columns import Column, derive


class Formula:
    """An expression of names, with or without ``$`` before them.

    Examples
    --------
    >>> formula = Formula("--where", "width * depth < 20")
    >>> formula.evaluate({"width": 8, "depth": 2}), sorted(formula.names)
    (True, ['depth', 'width'])
    """

    def __init__(self, place: str, text: str) -> None:
        self.text = text.strip()
        self._mark = Mark(Source(place, self.text), 1, 1, len(self.text))
        self.names = words_of_text(self.text)
        """Every word of it."""

    def __reduce__(self) -> tuple[type[Formula], tuple[str, str]]:
        return Formula, (self._mark.source.name, self.text)

    def evaluate(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the language has
        """Return its value.

        Raises
        ------
        SpecError
            With the very characters that are wrong.
        """
        return evaluate_bare(self.text, self._mark, values)

    def over(self, columns: Mapping[str, Column], fixed: Mapping[str, Any], count: int) -> Column:
        """Return its values at some points.

        Raises
        ------
        SpecError
            If it cannot be evaluated at one of them.
        """
        read = {name: column for name, column in columns.items() if name in self.names}
        return derive(read, count, lambda at: self.evaluate({**fixed, **at}))

    def holds(
        self, columns: Mapping[str, Column], fixed: Mapping[str, Any], count: int
    ) -> NDArray[np.bool_]:
        """Return whether it holds, point by point.

        Raises
        ------
        SpecError
            If it cannot be evaluated.
        UsageError
            If it is no condition.
        """
        found = self.over(columns, fixed, count)
        for value in found.values:
            if type(value) is not bool:
                raise UsageError(
                    f"'{self.text}' must be true or false, not {value!r}",
                    help="write a comparison, such as 'width * depth < 20'",
                )
        return np.array(found.values, bool)[found.codes] if count else np.zeros(0, bool)
