"""Formulas: what one says as text, in LaTeX and in MathML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from cnnanalyze.characters import cells


@dataclass(frozen=True)
class Formula:
    """A formula: on a line of its own as a block of a document, or within a sentence."""

    text: str
    """The formula in characters; a matrix has a line for each row."""
    latex: str
    mathml: str = ""
    """The content of the element ``math``."""
    sides: tuple[str, ...] = ()
    """The text in parts before which a line may end: the left side, then each equality."""

    def lines(self, width: int) -> list[str]:
        """Return the text in lines, broken before its equals signs where it is too long.

        Examples
        --------
        >>> formula = Formula("a = b + c = 7", "a = b + c = 7", sides=("a", "= b + c", "= 7"))
        >>> formula.lines(80), formula.lines(9)
        (['a = b + c = 7'], ['a = b + c', '  = 7'])
        """
        if not self.sides or cells(self.text) <= width:
            return self.text.split("\n")
        left, first, *others = self.sides
        indent = " " * (cells(left) + 1 if cells(left) < width // 2 else 2)
        lines = [f"{left} {first}", *(f"{indent}{side}" for side in others)]
        return [part for line in lines for part in _broken(line, width, f"{indent}  ")]


class DeferredFormula(Formula):
    """A formula that is written in LaTeX and in MathML when these are asked for.

    Examples
    --------
    >>> formula = DeferredFormula("k = 5", lambda: "k = 5", lambda: "<mi>k</mi>")
    >>> formula.text, formula.latex
    ('k = 5', 'k = 5')
    """

    def __init__(
        self,
        text: str,
        latex: Callable[[], str],
        mathml: Callable[[], str],
        sides: tuple[str, ...] = (),
    ) -> None:
        for name, value in (
            ("text", text),
            ("sides", sides),
            ("_write_latex", latex),
            ("_write_mathml", mathml),
        ):
            object.__setattr__(self, name, value)

    @cached_property
    def latex(self) -> str:
        """The formula in LaTeX."""
        found: str = self._write_latex()  # type: ignore[attr-defined]  # set above
        return found

    @cached_property
    def mathml(self) -> str:
        """The content of the element ``math``."""
        found: str = self._write_mathml()  # type: ignore[attr-defined]  # as above
        return found


def _broken(line: str, width: int, indent: str) -> list[str]:
    """Break a line that is too long before a plus sign, or after a comma, if it has one."""
    found = []
    while cells(line) > width:
        cut = line.rfind(" + ", len(indent), width)
        cut = line.rfind(", ", len(indent), width) + 1 if cut < 0 else cut
        if cut <= 0:
            break
        found.append(line[:cut])
        line = indent + line[cut + 1 :]
    return [*found, line]
