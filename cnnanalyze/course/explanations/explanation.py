"""Explanations: the worked answer to one question, as frozen data that reports print."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.expression import Expression, Name, parts, rewrite
from cnnanalyze.core.glossary import meaning
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.notation import NOTATIONS, Notation
from cnnanalyze.course.explanations.simplify import stages, unnamed, with_values

Each = tuple[int | Fraction, ...]
Answer = int | Fraction | Shape | Each


class DerivationStep(NamedTuple):
    """One equation of a derivation: what is computed, and how."""

    symbol: Name
    tree: Expression
    """As the notation writes it; its parts that have names are computed in earlier steps."""

    @property
    def substituted(self) -> Expression:
        """The equation with numbers for its symbols."""
        return with_values(unnamed(self.tree))

    @property
    def stages(self) -> tuple[Expression, ...]:
        """The steps from the numbers to the result."""
        return stages(unnamed(self.tree))

    @property
    def value(self) -> int | Fraction:
        """The result."""
        return self.tree.value


class DerivationRow(NamedTuple):
    """One row of a table in which a derivation goes from layer to layer."""

    label: str
    cells: tuple[Expression, ...]


@dataclass(frozen=True)
class Explanation:
    """The derivation of one number.

    ``steps`` are the equations in the order in which they are worked out; the last one gives the
    answer, unless there is one for each axis. ``table`` holds what is worked out layer by layer.
    """

    question: str
    subject: str
    """The layer in brief, or the network."""
    layer: str
    """The id of the layer; empty for the whole network."""
    quantity: str
    notation: str
    steps: tuple[DerivationStep, ...]
    value: Answer
    unit: str = ""
    reasons: tuple[str, ...] = ()
    """Why the rules are as they are, a sentence each."""
    remarks: tuple[str, ...] = ()
    """Where a course or a library has it otherwise, with its number."""
    heads: tuple[Name, ...] = ()
    table: tuple[DerivationRow, ...] = field(default=())
    answer_text: str = ""
    """The answer in words, where it is neither a number, nor a shape, nor one for each axis."""
    beside: str = ""
    """What is true beside the answer: everything that is seen beside the window of a unit."""

    @property
    def style(self) -> Notation:
        """The notation."""
        return NOTATIONS[self.notation]

    @property
    def main(self) -> DerivationStep:
        """The main equation, which shows the rule."""
        return next((s for s in reversed(self.steps) if not s.tree.is_given), self.steps[-1])

    @property
    def symbol(self) -> Name:
        """What was asked for."""
        return self.main.symbol

    @property
    def formula(self) -> Expression:
        """The rule in symbols."""
        return unnamed(self.main.tree)

    @property
    def substituted(self) -> Expression:
        """The rule with numbers for its symbols."""
        return self.main.substituted

    @property
    def expanded(self) -> Expression:
        """The answer as one expression, with intermediate results substituted.

        This is what wrong answers are variations of: see
        :func:`~cnnanalyze.core.expression.rewrite`.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> worked = cnn.explain("zoo:lecture_001_lenet", "conv1", "parameters")
        >>> from cnnanalyze.core.expression import rewrite
        >>> whole, depth = worked.explanation.expanded, Name("channels")
        >>> whole.value, rewrite(whole, lambda p: None if p.name == depth else p).value
        (456, 156)
        """
        *known, last = self.steps
        by_name = {step.symbol: unnamed(step.tree) for step in known}

        def put_in(part: Expression) -> Expression:
            return by_name.get(part.name, part) if part.name and part.is_given else part

        tree = unnamed(last.tree)
        for _ in known:
            tree = rewrite(tree, put_in)
        return tree

    @property
    def legend(self) -> tuple[tuple[Name, int | Fraction, str], ...]:
        """Every symbol with its value and its meaning."""
        cells = (cell for layer_row in self.table for cell in layer_row.cells)
        shown = {cell.name for cell in cells if cell.name and cell.name.of}
        defined = {step.symbol for step in self.steps} | shown
        found: dict[Name, int | Fraction] = {}
        for step in self.steps:
            for part in parts(step.tree):
                if part.is_given and part.name is not None and part.name not in defined:
                    found.setdefault(part.name, part.value)
        return tuple((name, value, meaning(name)) for name, value in found.items())
