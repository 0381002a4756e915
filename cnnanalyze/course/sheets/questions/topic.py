"""Topics: kinds of questions about given numbers, with their keys and quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from cnnanalyze.core.diagnostics import Faults, refuse_synonyms
from cnnanalyze.core.expression import Expression, Name
from cnnanalyze.core.number import tree
from cnnanalyze.core.section import Section
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.course.explanations.explanation import DerivationRow, DerivationStep, Explanation
from cnnanalyze.course.explanations.notation import Notation
from cnnanalyze.course.explanations.notation import notation as find_notation
from cnnanalyze.course.explanations.simplify import textbook_form
from cnnanalyze.course.explanations.symbolic_layer import steps
from cnnanalyze.course.misconceptions.catalogue import MistakeKind
from cnnanalyze.course.misconceptions.solution import Solution, Variant, WrongAnswer
from cnnanalyze.course.sheets.answer_text import answer_text

DOES_NOT_FIT = "does not fit"
"""The answer of a course that does not round, where the windows do not fit."""


class ExplanationBuilder(NamedTuple):
    """Builds explanations in one notation."""

    notation: str = "plain"

    @property
    def style(self) -> Notation:
        """The notation."""
        return find_notation(self.notation)

    def as_written(self, number: Any) -> Expression:  # noqa: ANN401 - a symbolic number
        """Return the derivation of a number, as the notation writes it."""
        return textbook_form(tree(number), self.style)

    def steps(self, key: str, number: Any) -> list[DerivationStep]:  # noqa: ANN401
        """Return the equations that lead to a number."""
        return steps(Name(key), self.as_written(number))

    def explain(
        self,
        question: str,
        subject: str,
        found: list[DerivationStep],
        value: Any,  # noqa: ANN401 - any answer
        *,
        form: str = "number",
        unit: str = "",
        reasons: tuple[str, ...] = (),
        heads: tuple[Name, ...] = (),
        table: tuple[DerivationRow, ...] = (),
    ) -> Explanation:
        """Return the worked answer to a question that is about no layer."""
        return Explanation(
            question,
            subject,
            "",
            "",
            self.notation,
            tuple(found),
            value if isinstance(value, int) else 0,
            "",
            reasons,
            (),
            heads,
            table,
            answer_text(value, form, unit),
        )


class TopicQuantity(NamedTuple):
    """One quantity of a topic."""

    words: str
    solve: Callable[..., Any]
    """Makes a solution of the section and an :class:`ExplanationBuilder`."""


class Misreading(NamedTuple):
    """One way to misread given numbers or the quantity."""

    kind: MistakeKind
    read: Callable[[Any, str], Iterable[tuple[Any, str]]]
    """Makes the misread sections and quantities of the right ones."""
    is_of_answer: bool = False
    """Whether the working is right and another value was given; such are named first."""


class Topic(NamedTuple):
    """One kind of question."""

    about: str
    section: type[Section]
    quantities: Table[str, TopicQuantity]
    default: str = ""
    """The quantity if none is named."""
    aliases: Table[str, str] = {}
    """Letters of the lectures for the words of the section."""
    instead: Table[str, tuple[str, ...]] = {}
    """Keys that exclude each other."""
    without: Callable[[str, Any], tuple[str, ...]] = lambda _quantity, _section: ()
    """The keys that do not affect a quantity, given the others."""

    def word(self, key: str) -> str:
        """Return the key of the section for a key, which may be a letter of the lectures."""
        return self.aliases.get(key, key)

    def idle(self, quantity: str, section: Section) -> tuple[str, ...]:
        """Return the keys that do not affect a quantity of this section."""
        return self.without(quantity, section)

    misreadings: tuple[Misreading, ...] = ()

    def solve(self, quantity: str, section: Section, builder: ExplanationBuilder) -> Solution:
        """Work out a quantity, and by the same rules its misreadings."""
        found: Solution = self.quantities[quantity].solve(section, builder)

        def misread(*, is_of_answer: bool) -> Iterator[Variant]:
            for row in self.misreadings:
                if row.is_of_answer is is_of_answer:
                    for other, asked in row.read(section, quantity):
                        worker = self.quantities[asked].solve
                        yield Variant(row.kind, partial(worker, other, builder))

        def variants() -> Iterator[Variant]:
            yield from found.variants()
            yield from misread(is_of_answer=False)

        def wrong_answers() -> Iterator[WrongAnswer]:
            yield from found.wrong_answers()
            for other in misread(is_of_answer=True):
                yield WrongAnswer(other.kind, other.solve().value)

        return replace(found, variants=variants, wrong_answers=wrong_answers)

    def renamed(self, tree: Mapping) -> Mapping:
        """Replace letters of the lectures by the keys of the section."""
        entries = []
        for key, value in tree.entries:
            word = self.word(key.text)
            entries.append((Scalar(word, word, True, key.mark), value))
        return Mapping(tuple(entries), tree.mark)

    def check(self, name: str, tree: Mapping, faults: Faults) -> None:
        """Record faults for keys that repeat or contradict others."""
        refuse_synonyms(tree, dict(self.aliases), f"'{name}'", faults)
        given = {self.word(k.text): k for k, _ in tree.entries}
        for word, others in self.instead.items():
            for other in others:
                if word in given and other in given and word < other:
                    keys = sorted((given[word], given[other]), key=lambda k: k.mark.position)
                    faults.add(
                        f"'{name}' has either '{word}' or '{other}', not both",
                        keys[-1].mark,
                        code="SP003",
                    )
                    return


def with_overrides(base: Mapping, extra: Mapping) -> Mapping:
    """Return a mapping with the entries of another one over its own."""
    found: dict[str, tuple[Scalar, Tree]] = {k.text: (k, v) for k, v in base.entries}
    found.update({k.text: (k, v) for k, v in extra.entries})
    return Mapping(tuple(found.values()), extra.mark if extra.entries else base.mark)
