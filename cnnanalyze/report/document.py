"""Documents: what a result says, as headings, paragraphs, facts, tables, code, lists and pictures.

A subject returns one document; the writers in :mod:`cnnanalyze.report.writers` turn it into text of
any format. Text is plain: nothing in it means anything to a format. Code within a sentence is a
:class:`Span`, which :func:`prose` makes of words between backticks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal, NamedTuple, TypeAlias

from cnnanalyze.report.formula import Formula
from cnnanalyze.report.table import Table

Tone = Literal["", "strong", "faint", "good", "warn", "bad"]
"""How words look where there are colours and kinds of type."""


class Span(NamedTuple):
    """Words in a sentence."""

    text: str
    is_code: bool = False
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line within a sentence."""


Part: TypeAlias = Span | Formula | Break
Inline: TypeAlias = str | tuple[Part, ...]
"""A sentence or a few words."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a document or of a part of it."""

    text: str
    level: int = 1
    remark: str = ""
    """A few words about what the heading names."""

    @property
    def anchor(self) -> str:
        """What a link to the heading names, as Markdown's readers form it.

        Examples
        --------
        >>> Heading("CV003 even-kernel").anchor
        'cv003-even-kernel'
        """
        return re.sub(r"[^\w\- ]", "", self.text.lower()).replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences, with a title of one or two words if they have one."""

    text: Inline
    title: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, each with what is to be said of it."""

    rows: tuple[tuple[Inline, Inline], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[Inline, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Tabular:
    """A table."""

    table: Table
    title: str = ""
    anchors: tuple[str, ...] = ()
    """The anchor in the document that each row leads to; empty where there are none."""
    has_headings: bool = True
    """Whether a terminal needs the headings of the columns."""


@dataclass(frozen=True, slots=True)
class Code:
    """A text in a language, line by line as it is."""

    text: str
    language: str = "text"
    """``text`` is what a program prints: its lines may be broken."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, with words that stand for it where there is no room for pictures."""

    svg: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that belong together, below a title."""

    title: Inline
    blocks: tuple[Block, ...]
    level: int = 0
    """The level of the title as a heading; 0 for words that are no heading."""
    fold: Literal["", "open", "closed"] = ""
    """Whether a page can fold the group, and how it shows it at first."""


Block: TypeAlias = Heading | Paragraph | Facts | Items | Tabular | Code | Figure | Formula | Group


@dataclass(frozen=True, slots=True)
class Document:
    """What a result says."""

    title: str
    blocks: tuple[Block, ...]
    data: Callable[[], Any]
    """The result as plain data; asked for by formats for programs only."""
    has_data: bool = False
    """Whether a page carries the data, too."""


def prose(text: str) -> tuple[Span, ...]:
    """Return a sentence in which what stands between backticks is code.

    Examples
    --------
    >>> prose("write ``bias: false``")
    (Span(text='write ', is_code=False, tone=''), Span(text='bias: false', is_code=True, tone=''))
    >>> prose("one ` alone")
    (Span(text='one ` alone', is_code=False, tone=''),)
    """
    pieces = re.split("(`+)", text)  # every second one is backticks
    closing: dict[str, int] = {}
    ends = [0] * len(pieces)
    for i in range(len(pieces) - 2, 0, -2):
        ends[i] = closing.get(pieces[i], 0)
        closing[pieces[i]] = i
    found, words, i = [], "", 0
    while i < len(pieces):
        if ends[i]:
            found += [Span(words), Span("".join(pieces[i + 1 : ends[i]]), is_code=True)]
            words, i = "", ends[i]
        else:
            words += pieces[i]
        i += 1
    return tuple(span for span in (*found, Span(words)) if span.text)


def code(text: str) -> tuple[Span, ...]:
    """Return words that are code."""
    return (Span(text, is_code=True),)


def strong(text: str) -> tuple[Span, ...]:
    """Return words that stand out."""
    return (Span(text, tone="strong"),)


def spans(text: Inline) -> tuple[Part, ...]:
    """Return the parts of a sentence."""
    return (Span(text),) if isinstance(text, str) else text


def words(text: Inline) -> str:
    """Return the characters of a sentence alone.

    Examples
    --------
    >>> words((Span("where "), Formula("k = 5", "k = 5"), Break(), Span("p", is_code=True)))
    'where k = 5 p'
    """
    return "".join(" " if isinstance(part, Break) else part.text for part in spans(text))


def lines(text: str) -> tuple[Part, ...]:
    r"""Return words whose lines end where they do.

    Examples
    --------
    >>> lines("one\ntwo")
    (Span(text='one', is_code=False, tone=''), Break(), Span(text='two', is_code=False, tone=''))
    """
    found: list[Part] = []
    for line in text.split("\n"):
        found += [Break(), Span(line)] if found else [Span(line)]
    return tuple(found)


def paragraphs(documentation: str | None) -> list[str]:
    r"""Return the paragraphs of a docstring, each as one line.

    Examples
    --------
    >>> paragraphs("One\n    of them.\n\n    Two.")
    ['One of them.', 'Two.']
    """
    parts = re.split(r"\n\s*\n", cleandoc(documentation or ""))
    return [" ".join(part.split()) for part in parts]
