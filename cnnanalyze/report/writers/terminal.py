"""Text for a terminal: as wide as it is, and nothing lost where it is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import ClassVar

from cnnanalyze.characters import cells, legible, wrap
from cnnanalyze.report.document import (
    Block,
    Break,
    Code,
    Document,
    Facts,
    Figure,
    Figures,
    Group,
    Heading,
    Inline,
    Items,
    Paragraph,
    Part,
    Span,
    Tabular,
    faint,
    spans,
    strong,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.grid import Grid
from cnnanalyze.report.planes import Planes
from cnnanalyze.report.terminal import (
    GAP,
    LONGEST_LINE,
    NARROWEST,
    UNBOUNDED,
    Line,
    Lines,
    UnbrokenLine,
    set_in,
    trimmed,
)
from cnnanalyze.report.writers.writer import BlockWriter, writer

PROSE = 80
"""The longest lines of sentences."""
LONGEST_NAME = 32
"""The text beside longer names begins on a line of its own."""
LEAST_TEXT = 16
"""Where there is less room beside names, texts begin on lines of their own."""
CODE = "    "
"""What lines of code begin with: they are not broken, so that they can be copied."""


@writer("text", ".txt")
class Terminal(BlockWriter[Iterable[Line]]):
    """Writes lines for a width."""

    is_brief: ClassVar[bool] = True

    def __init__(self, width: int) -> None:
        super().__init__(max(width, NARROWEST))

    def write(self, document: Document) -> str:
        """Return the lines of a whole document, without colours."""
        return Screen(document).plain(self.width)

    def lines(self, blocks: Sequence[Block]) -> Iterator[Line]:
        """Yield the lines of blocks, an empty one between them where that reads better."""
        before: Block | None = None
        for block in blocks:
            if before is not None and not (_is_line(before) and _is_line(block)):
                yield []
            yield from self.block(block)
            before = block

    def heading(self, block: Heading) -> list[Line]:
        """Return a heading with what is remarked of it."""
        remark = faint(f" ({block.remark})") if block.remark else ()
        return self._wrapped((*strong(block.text), *remark), longest=self.width)

    def paragraph(self, block: Paragraph) -> list[Line]:
        """Return sentences; set in below their title."""
        return self._titled(block.title, self._wrapped(block.text, GAP if block.title else ""))

    def facts(self, block: Facts) -> list[Line]:
        """Return names with their texts side by side."""
        indent = GAP if block.title else ""
        rows = [(name, legible(_words(name)), text) for name, text in block.rows]
        room = min(LONGEST_NAME, self.width // 2)
        widest = max((w for _, name, _ in rows if (w := cells(name)) <= room), default=0)
        found: list[Line] = []
        rest = " " * (len(indent) + widest + len(GAP))
        if self.width - len(rest) < LEAST_TEXT:
            room, rest = 0, indent + GAP
        for parts, name, text in rows:
            body = self._wrapped(text, rest, rest, LONGEST_LINE)
            if cells(name) > room:
                found += self._wrapped(parts, indent, indent + GAP, UNBOUNDED)
            else:
                gap = " " * (widest - cells(name))
                lead = [(indent, ""), *_styled(parts), (f"{gap}{GAP}", "")]
                body[0] = trimmed([*lead, *_without(body[0], len(rest))])
            found += body
        return self._titled(block.title, found)

    def items(self, block: Items) -> list[Line]:
        """Return a list."""
        lines = (self._wrapped(item, f"{GAP}- ", GAP * 2) for item in block.items)
        return self._titled(block.title, list(chain.from_iterable(lines)))

    def tabular(self, block: Tabular) -> Iterable[Line]:
        """Return a table, whose lines are made one after the other."""
        title = "" if block.is_folded else block.title  # a terminal folds nothing
        indent = GAP if title or not block.has_headings else ""
        grid = Grid(block.table, has_headings=block.has_headings)
        lines = (
            set_in(indent, grid.lines(self.width - len(indent)))
            if indent
            else grid.lines(self.width)
        )
        return self._titled(title, list(lines)) if title else lines

    def code(self, block: Code) -> list[Line]:
        """Return lines as they are; those that a program prints are broken."""
        lines = block.text.rstrip("\n").split("\n")
        if block.language == "text":
            body = [part for line in lines for part in self._wrapped(line, GAP)]
        else:
            body = [_whole(f"{CODE}{line}") for line in lines]
        return self._titled(block.title, [*([[]] if block.title else []), *body])

    def figure(self, block: Figure) -> list[Line]:
        """Return the outline of a picture, or the words for it."""
        if block.outline is not None:
            return list(block.outline(self.width))
        return self._wrapped(f"[{block.text}]")

    def figures(self, block: Figures) -> list[Line]:
        """Return the outlines of pictures one below the other."""
        return list(self.lines(block.figures))

    def formula(self, block: Formula) -> list[Line]:
        """Return the text of a formula; a long one is broken before its equals signs."""
        lines = (legible(line).rstrip() for line in block.lines(self.width))
        return [[(line, WORDS_OF_A_LANGUAGE)] for line in lines]

    def planes(self, block: Planes) -> list[Line]:
        """Return planes beside one another as far as there is room."""
        return list(block.lines(self.width))

    def group(self, block: Group) -> list[Line]:
        """Return blocks, set in below their title."""
        inner = Terminal(self.width - len(GAP))
        body = list(inner.lines(block.blocks))
        is_close = isinstance(block.blocks[0], CLOSE) if block.blocks else True
        return [
            *self._wrapped(strong(block.title)),
            *([] if is_close else [[]]),
            *(type(line)([(GAP, ""), *line]) if line else line for line in body),
        ]

    def _titled(self, title: str, body: list[Line]) -> list[Line]:
        return [*self._wrapped(f"{title}:"), *body] if title else body

    def _wrapped(
        self, text: Inline, first: str = "", rest: str | None = None, longest: int = PROSE
    ) -> list[Line]:
        """Return a sentence in lines, each part in its style."""
        rest = first if rest is None else rest
        width = min(self.width, longest)
        found: list[Line] = []
        for n, sentence in enumerate(_sentences(text)):
            found += _styled_lines(sentence, width, rest if n else first, rest)
        return found


class Screen(Lines):
    """A document for a terminal, with colours where it has them."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def lines(self, width: int) -> Iterator[Line]:
        """Lay out the document."""
        yield from Terminal(width).lines(tuple(self.document.shown(in_full=False)))


CLOSE = (Paragraph, Formula, Planes, Items, Code)
"""Blocks that begin right below the title of their group."""
STYLES: dict[str, str] = {
    "strong": "bold",
    "faint": "dim",
    "good": "green",
    "warn": "yellow",
    "bad": "bold red",
    "result": "bold green",
}
"""By tone; plain words have none."""
WORDS_OF_A_LANGUAGE = "cyan"
"""The style of formulas and of code."""


def _is_line(block: Block) -> bool:
    """Whether a block stands close to others like it: a formula, planes, or a title alone."""
    return isinstance(block, Formula | Planes) or (isinstance(block, Group) and not block.blocks)


def _whole(text: str) -> Line:
    return UnbrokenLine([(legible(text).rstrip(), "")])


def _sentences(text: Inline) -> list[Inline]:
    """Return the parts of a text between its breaks."""
    found: list[list[Part]] = [[]]
    for part in spans(text):
        if isinstance(part, Break):
            found.append([])
        else:
            found[-1].append(part)
    return [tuple(parts) for parts in found]


def _styled(text: Inline) -> Line:
    """Return the parts of a sentence, each with its style, code between backticks."""
    parts = spans(text)
    if len(parts) == 1 and isinstance(parts[0], Span) and parts[0].is_code:
        return [(legible(parts[0].text), "")]
    found: Line = []
    for part in parts:
        match part:
            case Formula():
                found.append((legible(part.text).replace(" ", FIRM), WORDS_OF_A_LANGUAGE))
            case Span(text=words, is_code=True):
                found.append((f"`{legible(words)}`", WORDS_OF_A_LANGUAGE))
            case Span(text=words, tone=tone):
                found.append((legible(words), STYLES.get(tone, "")))
            case Break():
                found.append((" ", ""))
    return found


FIRM = "\N{NO-BREAK SPACE}"
"""Stands for the blanks in a formula while a sentence is broken."""


def _styled_lines(text: Inline, width: int, first: str, rest: str) -> list[Line]:
    """Return a sentence broken between words, its styles as they were."""
    stretches = _styled(text)
    broken = wrap("".join(part for part, _ in stretches), width, first=first, rest=rest)
    if not broken:
        return [[(first.rstrip(), "")] if first.strip() else []]
    styles = [
        style for part, style in stretches for sign in part if not sign.isspace() or sign == FIRM
    ]
    at = 0
    found: list[Line] = []
    for n, line in enumerate(broken):
        lead = rest if n else first
        made: Line = [(lead, "")] if lead else []
        for sign in line[len(lead) :]:
            style = styles[at] if sign != " " else made[-1][1] if made else ""
            at += sign != " "
            if len(made) > bool(lead) and made[-1][1] == style:
                made[-1] = (made[-1][0] + sign, style)
            else:
                made.append((sign, style))
        found.append([(part.replace(FIRM, " "), style) for part, style in made])
    return found


def _without(line: Line, lead: int) -> Line:
    """Return a line without its first characters."""
    (text, style), *more = line or [("", "")]
    return [(text[lead:], style), *more]


def _words(text: Inline) -> str:
    """Return a sentence with its code between backticks, or code without them.

    Examples
    --------
    >>> from cnnanalyze.report.document import prose
    >>> _words(prose("write `bias: false`")), _words(prose("`s > d`"))
    ('write `bias: false`', 's > d')
    """
    return "".join(part for part, _ in _styled(text)).replace(FIRM, " ")
