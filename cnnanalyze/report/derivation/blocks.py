"""Explanations as documents: question, equations, table, answer, symbols, reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from cnnanalyze.core.expression import Expression, Name, given
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.explanations.notation import Notation
from cnnanalyze.report.derivation.answer import answer
from cnnanalyze.report.derivation.equation import cell, chain
from cnnanalyze.report.derivation.expression_writer import Writer
from cnnanalyze.report.derivation.json import all_dict
from cnnanalyze.report.derivation.latex import LatexWriter, broken_equation
from cnnanalyze.report.derivation.mathml import MathmlWriter, equation_rows
from cnnanalyze.report.derivation.text import TextWriter
from cnnanalyze.report.document import (
    Block,
    Document,
    Group,
    Heading,
    Items,
    Paragraph,
    Part,
    Span,
    Tabular,
    faint,
)
from cnnanalyze.report.formula import DeferredFormula, Formula
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column


def document(title: str, explanations: Sequence[Explanation]) -> Document:
    """Return explanations as a document; one alone is called what it asks."""

    def data() -> object:
        return all_dict(explanations)

    if len(explanations) == 1:
        (one,) = explanations
        return Document(title or one.question, (explained(one, 1),), data)
    title = title or explanations[0].question
    groups = (explained(one, 2) for one in explanations)
    return Document(title, (Heading(title), *groups), data)


def explained(explanation: Explanation, level: int, *, with_answer: bool = True) -> Group:
    """Return one explanation; its answer may be left out where it is printed already."""
    blocks: list[Block] = [Paragraph(faint(explanation.subject))]
    blocks += (equation(explanation.style, step) for step in explanation.steps)
    if explanation.table:
        blocks.append(_table(explanation))
    if with_answer:
        result = Span(answer(explanation), tone="result")
        blocks.append(Paragraph((Span("Answer:", tone="strong"), Span(" "), result)))
    if explanation.beside:
        blocks.append(Paragraph((Span("Also:", tone="strong"), Span(f" {explanation.beside}"))))
    if explanation.legend:
        blocks.append(Paragraph(tuple(_legend(explanation))))
    for title, sentences in (("Why", explanation.reasons), ("Note", explanation.remarks)):
        if sentences:
            blocks.append(Items(sentences, title))
    return Group(explanation.question, tuple(blocks), level)


def equation(style: Notation, step: DerivationStep) -> Formula:
    """Return one equation: what is computed, the formula, the numbers put in, the result."""
    words, latex, mathml = TextWriter(style), LatexWriter(style), MathmlWriter(style)
    left, sides = chain(words, step)
    parts = (left, *(f"{words.sign(about=s.about).strip()} {s.text}" for s in sides))
    text = " ".join(parts)
    return DeferredFormula(
        text,
        lambda: broken_equation(latex, *chain(latex, step)),
        lambda: equation_rows(mathml, *chain(mathml, step), is_long=len(text) > LINE),
        parts,
    )


LINE = 90
"""An equation whose text is longer is broken on pages."""


def _formula(style: Notation, write: Callable[[Writer], str]) -> Formula:
    """Return what every language writes."""
    return DeferredFormula(
        write(TextWriter(style)),
        lambda: write(LatexWriter(style)),
        lambda: write(MathmlWriter(style)),
    )


def _legend(explanation: Explanation) -> Iterator[Part]:
    """Yield every symbol with its value and its meaning."""
    separator = "where "
    for name, value, meaning in explanation.legend:
        yield Span(separator)
        yield _formula(
            explanation.style,
            lambda w, name=name, value=value: (  # type: ignore[misc]  # of this turn
                f"{w.name(name)}{w.sign(about=False)}{w.number(value)}"
            ),
        )
        if meaning != TextWriter(explanation.style).name(name):  # the word itself is no symbol
            yield Span(f" {meaning}")
        separator = "; "


def _table(explanation: Explanation) -> Tabular:
    style = explanation.style

    def symbol(name: Name) -> Column:
        shown = _formula(style, lambda w: w.name(name))
        return Column(name.key, shown.text, "left", formula=shown)

    @cache  # many layers have the same steps
    def worked_once(tree: Expression) -> Cell:
        shown = _formula(style, lambda w: cell(w, tree))
        return Cell(shown.text, shown.text, shown)

    def worked(tree: Expression) -> Cell:
        return worked_once(given(tree.value) if tree.is_given else tree)

    return Tabular(
        Table(
            (Column("layer", "layer", "left"), *map(symbol, explanation.heads)),
            tuple(cells_of(row.label, *map(worked, row.cells)) for row in explanation.table),
        )
    )
