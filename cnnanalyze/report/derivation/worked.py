"""A worked answer as an object of Python: its value, its formula, and itself in every format."""

from __future__ import annotations

from dataclasses import dataclass

from cnnanalyze.course.explanations.explanation import Answer, Explanation
from cnnanalyze.report.derivation.blocks import document, explained
from cnnanalyze.report.derivation.text import TextWriter
from cnnanalyze.report.writers import render
from cnnanalyze.report.writers.html import fragment


@dataclass(frozen=True, repr=False)
class Worked:
    """A worked answer, ready to be looked at: in a terminal, a notebook, a worksheet.

    Examples
    --------
    >>> from cnnanalyze import explain
    >>> worked = explain("zoo:lenet5_common", "conv1", "parameters")
    >>> worked.value, worked.formula
    (156, 'weights + biases')
    >>> print(worked.render().splitlines()[0])
    How many parameters does conv1 learn?
    """

    explanation: Explanation
    """The steps, as formulas that can be varied."""

    @property
    def value(self) -> Answer:
        """The answer: a number, a shape, or a number for each axis."""
        return self.explanation.value

    @property
    def formula(self) -> str:
        """The rule in symbols."""
        return TextWriter(self.explanation.style).write(self.explanation.formula)

    def render(self, format: str = "text") -> str:  # noqa: A002
        """Return the answer in a format of ``cnnanalyze explain --format``."""
        return render(document("", (self.explanation,)), format)

    def _repr_html_(self) -> str:
        return fragment(explained(self.explanation, 2))

    def __repr__(self) -> str:
        return f"<Worked: {self.formula} = {self.value}>"

    def __str__(self) -> str:
        return self.render()
