"""Documents: what a result says, as headings, paragraphs, facts, tables, code, lists and pictures.

A subject returns one document; the writers in :mod:`cnnanalyze.report.writers` turn it into text of
any format. Text is plain: nothing in it means anything to a format. Code within a sentence is a
:class:`Span`, which :func:`prose` makes of words between backticks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import cleandoc
from typing import Any, Literal, NamedTuple, TypeAlias, overload

from cnnanalyze.report.formula import Formula
from cnnanalyze.report.planes import Planes
from cnnanalyze.report.table import Table
from cnnanalyze.report.terminal import Line

Tone = Literal["", "strong", "faint", "good", "warn", "bad", "result"]
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


class Heading(NamedTuple):
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


class Paragraph(NamedTuple):
    """Sentences, with a title of one or two words if they have one."""

    text: Inline
    title: str = ""


class Facts(NamedTuple):
    """Names, each with what is to be said of it."""

    rows: tuple[tuple[Inline, Inline], ...]
    title: str = ""


class Items(NamedTuple):
    """A list of sentences."""

    items: tuple[Inline, ...]
    title: str = ""


COMPACT = 5
"""The least important columns of compact tables have this priority or a larger one."""


class Tabular(NamedTuple):
    """A table."""

    table: Table
    title: str = ""
    anchors: tuple[str, ...] = ()
    """The anchor in the document that each row leads to; empty where there are none."""
    has_headings: bool = True
    """Whether a terminal needs the headings of the columns."""
    is_compact: bool = False
    """Whether columns of a priority from :data:`COMPACT` on are left out on paper and on pages."""
    is_folded: bool = False
    """Whether formats that can fold it away do so."""
    filter: str = ""
    """Words for which somebody may want to see rows alone: formats with scripts look for them."""
    has_ranges: bool = False
    """Whether rows can be filtered by the least and the most of each column, too."""

    @property
    def compact(self) -> Table:
        """The table without the columns that paper and pages have no room for."""
        return self.table.only(lambda h: h.priority < COMPACT) if self.is_compact else self.table

    @property
    def on_paper(self) -> Table:
        """The table for paper: compact if it can be, signed, with each remark on one line."""
        table = self.compact.signed()
        at = table.column("remark")
        if at is None:
            return table
        rows = (
            (*row[:at], row[at]._replace(text=row[at].text.replace("\n", "; ")), *row[at + 1 :])
            for row in table.rows
        )
        return table._replace(rows=tuple(rows))


class Code(NamedTuple):
    """A text in a language, line by line as it is."""

    text: str
    language: str = "text"
    """``text`` is what a program prints: its lines may be broken."""
    title: str = ""


class Figure(NamedTuple):
    """A picture, with a description for formats without pictures."""

    svg: Callable[[], str]
    text: str
    outline: Callable[[int], Iterable[Line]] | None = None
    """What a terminal of a width shows of it instead of the words."""
    can_zoom: bool = False
    """Whether it may be so large that readers of a page want to enlarge and to move it."""


class Figures(NamedTuple):
    """Pictures to be looked at together: side by side where there is room."""

    figures: tuple[Figure, ...]


class Headline(NamedTuple):
    """One number with its name, in full, and how it is counted or what it was."""

    key: str
    label: str
    brief: str
    exact: str
    how: str


class Headlines(NamedTuple):
    """The numbers that one asks for first: large on a page, elsewhere names with numbers."""

    headlines: tuple[Headline, ...]

    @property
    def facts(self) -> Facts:
        """The same for formats without large type.

        Examples
        --------
        >>> Headlines((Headline("macs", "MACs", "1.8 G", "1,814,073,344", ""),)).facts.rows
        (('MACs', '1.8 G: 1,814,073,344'),)
        """
        return Facts(
            tuple(
                (h.label, "; ".join(filter(None, (": ".join(dict.fromkeys(h[2:4])), h.how))))
                for h in self.headlines
            )
        )


class Group(NamedTuple):
    """Blocks that belong together, below a title."""

    title: Inline
    blocks: tuple[Block, ...]
    level: int = 0
    """The level of the title as a heading; 0 for words that are no heading."""
    fold: Literal["", "open", "closed"] = ""
    """Whether a page can fold the group, and how it shows it at first."""


Block: TypeAlias = (
    Heading
    | Paragraph
    | Facts
    | Items
    | Tabular
    | Code
    | Figure
    | Figures
    | Headlines
    | Formula
    | Planes
    | Group
)


@dataclass(frozen=True, slots=True)
class Abridged:
    """Blocks for formats whose readers can search and filter, and fewer for all others."""

    full: Callable[[], Iterable[Block]]
    brief: Callable[[], Iterable[Block]]


Content: TypeAlias = Block | Abridged
"""What a document consists of."""


class Deferred(Sequence[Content]):
    """Blocks that are made when a format first asks for them: those for programs never do.

    Examples
    --------
    >>> blocks = Deferred(lambda: (Heading("One"), Paragraph("Two.")))
    >>> len(blocks), blocks[0].text
    (2, 'One')
    """

    def __init__(self, make: Callable[[], Iterable[Content]]) -> None:
        self._make = make

    @cached_property
    def _blocks(self) -> tuple[Content, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, at: int) -> Content: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Content, ...]: ...
    def __getitem__(self, at: int | slice) -> Content | tuple[Content, ...]:
        return self._blocks[at]

    def __len__(self) -> int:
        return len(self._blocks)


class Document(NamedTuple):
    """What a result says."""

    title: str
    blocks: Sequence[Content]
    data: Callable[[], Any]
    """The result as plain data; asked for by formats for programs only."""
    embedded: Callable[[], Any] | None = None
    """The data that a page carries besides; nothing if it carries none."""
    table: Callable[[], Table] | None = None
    """The table that the result is, whole and exact, for spreadsheets; nothing if it is none."""
    is_article: bool = False
    """Whether LaTeX writes a whole article although there is a table."""
    page: Callable[[], str] | None = None
    """The page of HTML, if the result has one that shows more than its blocks."""

    def shown(self, *, in_full: bool) -> Iterator[Block]:
        """Yield the blocks for formats in which one can search and filter, or for the others.

        Examples
        --------
        >>> both = Abridged(lambda: [Paragraph("One."), Paragraph("Two.")], lambda: [])
        >>> document = Document("t", (Paragraph("Zero."), both), dict)
        >>> [len([*document.shown(in_full=full)]) for full in (True, False)]
        [3, 1]
        """
        for block in self.blocks:
            if isinstance(block, Abridged):
                yield from (block.full if in_full else block.brief)()
            else:
                yield block


def joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, those of names without a title that follow one another as one.

    Examples
    --------
    >>> one, two = Facts((("a", "1"),)), Facts((("b", "2"),))
    >>> [block.rows for block in joined([one, two])]
    [(('a', '1'), ('b', '2'))]
    """
    rows: list[tuple[Inline, Inline]] = []
    for block in blocks:
        if isinstance(block, Facts) and not block.title:
            rows += block.rows
            continue
        if rows:
            yield Facts(tuple(rows))
            rows = []
        yield block
    if rows:
        yield Facts(tuple(rows))


def prose(text: str) -> tuple[Span, ...]:
    """Return a sentence whose words between backticks are code.

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


def strong(text: Inline) -> tuple[Part, ...]:
    """Return bold words; those that have a tone of their own keep it.

    Examples
    --------
    >>> strong((Span("bad", tone="bad"), Span(" news")))
    (Span(text='bad', is_code=False, tone='bad'), Span(text=' news', is_code=False, tone='strong'))
    """
    return tuple(
        part._replace(tone=part.tone or "strong") if isinstance(part, Span) else part
        for part in spans(text)
    )


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


def lines(*sentences: Inline) -> tuple[Part, ...]:
    """Return sentences as one text, each on a line of its own.

    Examples
    --------
    >>> lines("one", prose("`two`"))
    (Span(text='one', is_code=False, tone=''), Break(), Span(text='two', is_code=True, tone=''))
    """
    found: list[Part] = []
    for sentence in sentences:
        found += [Break(), *spans(sentence)] if found else spans(sentence)
    return tuple(found)


def faint(text: str) -> tuple[Span, ...]:
    """Return words that stay in the background."""
    return (Span(text, tone="faint"),)


def paragraphs(documentation: str | None) -> list[str]:
    r"""Return the paragraphs of a docstring, each as one line.

    Examples
    --------
    >>> paragraphs("One\n    of them.\n\n    Two.")
    ['One of them.', 'Two.']
    """
    parts = re.split(r"\n\s*\n", cleandoc(documentation or ""))
    return [" ".join(part.split()) for part in parts]
