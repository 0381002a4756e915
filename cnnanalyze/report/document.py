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
from typing import Any, NamedTuple, TypeAlias

from cnnanalyze.report.table import Table


class Span(NamedTuple):
    """A part of a sentence."""

    text: str
    is_code: bool = False


Inline: TypeAlias = str | tuple[Span, ...]
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
class Formula:
    """A formula on a line of its own."""

    text: str
    latex: str
    mathml: str = ""
    """The content of the element ``math``."""


Block: TypeAlias = Heading | Paragraph | Facts | Items | Tabular | Code | Figure | Formula


@dataclass(frozen=True, slots=True)
class Document:
    """What a result says."""

    title: str
    blocks: tuple[Block, ...]
    data: Callable[[], Any]
    """The result as plain data; asked for by formats for programs only."""


def prose(text: str) -> tuple[Span, ...]:
    """Return a sentence in which what stands between backticks is code.

    Examples
    --------
    >>> prose("write ``bias: false``")
    (Span(text='write ', is_code=False), Span(text='bias: false', is_code=True))
    >>> prose("one ` alone")
    (Span(text='one ` alone', is_code=False),)
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


def spans(text: Inline) -> tuple[Span, ...]:
    """Return the parts of a sentence."""
    return (Span(text),) if isinstance(text, str) else text


def paragraphs(documentation: str | None) -> list[str]:
    r"""Return the paragraphs of a docstring, each as one line.

    Examples
    --------
    >>> paragraphs("One\n    of them.\n\n    Two.")
    ['One of them.', 'Two.']
    """
    parts = re.split(r"\n\s*\n", cleandoc(documentation or ""))
    return [" ".join(part.split()) for part in parts]
