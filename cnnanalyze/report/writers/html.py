"""HTML: a document as one page that loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape as escape_html
from itertools import chain, repeat

from cnnanalyze.characters import legible
from cnnanalyze.report.document import (
    Block,
    Break,
    Code,
    Document,
    Facts,
    Figure,
    Group,
    Heading,
    Inline,
    Items,
    Paragraph,
    Part,
    Tabular,
    spans,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.table import Cell
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.writers.writer import Writer, writer

DEEPEST = 6
LONG = 28
"""Longer cells are broken between words."""
IN_CONTENTS = 2
"""The level of the headings that the bar on top names."""


@writer("html", ".html", ".htm")
class Html(Writer):
    """Writes a page in the frame of all pages."""

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.contents: list[tuple[str, str]] = []
        """The headings that the bar on top names, with their anchors."""
        self.anchors: Counter[str] = Counter()
        self.regions: Counter[str] = Counter()
        """How many parts that scroll have a name already."""
        self.levels: list[int] = []
        """The levels of the headings above this place."""
        self.subject = ""
        """The words of the last heading below that of the page."""

    def write(self, document: Document) -> str:
        """Return a whole page: the own one of the subject, if it has one."""
        if document.page is not None:
            return document.page()
        from cnnanalyze.report.page.frame import render  # noqa: PLC0415 - pages need a template engine

        blocks = document.blocks
        body = self.blocks(
            blocks if _has_title(document) else (Heading(document.title, 0), *blocks)
        )
        return render(
            "document.html.j2",
            title=legible(document.title),
            contents=self.contents,
            body=body,
            result=document.data() if document.has_data else None,
        )

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks, each on a line of its own."""
        return "\n".join(map(self.block, blocks))

    def heading(self, block: Heading) -> str:
        """Return a heading that links can lead to."""
        level = self._level(block.level)
        anchor = self._anchor(block)
        if level > 1:
            self.subject = block.text
        if level == IN_CONTENTS:
            self.contents.append((anchor, legible(block.text)))
        line = f'<h{level} id="{escape(anchor)}">{escape(block.text)}</h{level}>'
        return f'{line}\n<p class="faint">{escape(block.remark)}</p>' if block.remark else line

    def _level(self, level: int) -> int:
        """Return how deep a heading is on the page, where none is left out above it."""
        while self.levels and self.levels[-1] >= level:
            self.levels.pop()
        self.levels.append(level)
        return min(len(self.levels), DEEPEST)

    def _region(self, title: str) -> str:
        """Return the name of a part that scrolls, which no other part of the page has."""
        name = f"{title}: {self.subject}" if self.subject else title
        self.regions[name] += 1
        return name if self.regions[name] == 1 else f"{name} ({self.regions[name]})"

    def _anchor(self, block: Heading) -> str:
        """Return the anchor of a heading; a later one of the same name gets a number."""
        anchor = block.anchor
        self.anchors[anchor] += 1
        earlier = self.anchors[anchor] - 1
        return f"{anchor}-{earlier}" if earlier else anchor

    def paragraph(self, block: Paragraph) -> str:
        """Return sentences."""
        title = f"<strong>{escape(block.title)}.</strong> " if block.title else ""
        return f'<p class="text">{title}{inline(block.text)}</p>'

    def facts(self, block: Facts) -> str:
        """Return a list of names."""
        rows = (f"<dt>{inline(name)}</dt><dd>{inline(text)}</dd>" for name, text in block.rows)
        return _titled(block.title, f'<dl class="facts">{"".join(rows)}</dl>')

    def items(self, block: Items) -> str:
        """Return a list."""
        items = "".join(f"<li>{inline(item)}</li>" for item in block.items)
        return _titled(block.title, f"<ul>{items}</ul>")

    def tabular(self, block: Tabular) -> str:
        """Return a table; rows lead to their anchors, and headings in words sort them."""
        table = block.on_paper
        sortable = "" if any(h.formula for h in table.headings) else " data-sortable"
        heads = "".join(f'<th scope="col"{_class(h)}>{_head(h)}</th>' for h in table.headings)
        rows = "\n".join(
            f"<tr{_tone(family)}>{_row(row, table.headings, anchor)}</tr>"
            for row, anchor, family in zip(
                table.rows,
                chain(block.anchors, repeat("")),
                table.families or repeat(""),
                strict=False,
            )
        )
        foot = f"<tfoot><tr>{_row(table.foot, table.headings)}</tr></tfoot>" if table.foot else ""
        note = f'\n<p class="faint">{escape(table.note)}</p>' if table.note else ""
        name = escape(block.title or "Table")
        region = (
            f' role="region" aria-label="{escape(self._region(block.title))}"'
            if block.title
            else ""
        )
        body = (
            f'<div class="scroll" tabindex="0"{region}>'
            f"<table{sortable}>"
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>{foot}</table></div>{note}"
        )
        if block.is_folded:
            return f"<details><summary>{name}</summary>\n{body}\n</details>"
        return _titled(block.title, body)

    def code(self, block: Code) -> str:
        """Return a text as it is."""
        text = "\n".join(map(escape, block.text.rstrip("\n").split("\n")))
        name = escape(block.language)
        # What a program prints is broken where the page ends; the rest can be scrolled.
        scrolls = "" if block.language == "text" else ' tabindex="0"'
        return _titled(
            block.title,
            f'<pre class="code"{scrolls}><code class="language-{name}">{text}</code></pre>',
        )

    def figure(self, block: Figure) -> str:
        """Return a picture within the page; one that is wider can be scrolled."""
        region = f'tabindex="0" role="region" aria-label="{escape(self._region("Picture"))}"'
        picture = f'<div class="scroll picture" {region}>{block.svg()}</div>'
        return f"<figure>{picture}<figcaption>{escape(block.text)}</figcaption></figure>"

    def formula(self, block: Formula) -> str:
        """Return a formula; without MathML, its text."""
        if block.mathml:
            return f'<div class="math" tabindex="0">{_math(block, is_block=True)}</div>'
        return f'<p class="math">{escape(block.text)}</p>'

    def group(self, block: Group) -> str:
        """Return a section, or what can be folded."""
        title = inline(block.title)
        level = self._level(block.level) if block.level and not block.fold else 0
        body = self.blocks(block.blocks)
        if block.fold:
            is_open = " open" if block.fold == "open" else ""
            return f"<details{is_open}><summary>{title}</summary>\n{body}\n</details>"
        heading = f"<h{level}>{title}</h{level}>" if level else f"<p><strong>{title}</strong></p>"
        return f"<section>\n{heading}\n{body}\n</section>"


def _has_title(document: Document) -> bool:
    """Whether a document begins with a heading that says what it is."""
    first = next(iter(document.blocks), None)
    if isinstance(first, Group):
        return bool(first.level) and not first.fold
    return isinstance(first, Heading) and (
        first.level == 1 or first.text.startswith(document.title)
    )


def fragment(block: Block) -> str:
    """Return one block, for a page that is made otherwise and has the headings above it."""
    writer = Html(0)
    if isinstance(block, Heading | Group):
        writer.levels = list(range(1, block.level))
    return writer.block(block)


def _math(formula: Formula, *, is_block: bool = False) -> str:
    """Return a formula; one on a line of its own has its text, for readers without MathML."""
    text = escape(" ".join(formula.text.split()))
    if not is_block:
        return f"<math>{formula.mathml}</math>"
    return f'<math display="block" alttext="{text}">{formula.mathml}</math>'


def escape(text: str) -> str:
    """Return a text in which nothing means anything to HTML.

    Examples
    --------
    >>> escape("a < b")
    'a &lt; b'
    """
    return escape_html(legible(text))


def inline(text: Inline) -> str:
    """Return a sentence with its code.

    Examples
    --------
    >>> from cnnanalyze.report.document import prose
    >>> inline(prose("`a<b` or not"))
    '<code>a&lt;b</code> or not'
    """
    return "".join(map(_part, spans(text)))


def _part(part: Part) -> str:
    if isinstance(part, Formula):
        return _math(part) if part.mathml else escape(part.text)
    if isinstance(part, Break):
        return "<br>"
    text = escape(part.text)
    if part.is_code:
        return f"<code>{text}</code>"
    if part.tone == "strong":
        return f"<strong>{text}</strong>"
    has_class = part.tone not in {"", "result"}  # a page needs no colour for a result
    return f'<span class="{part.tone}">{text}</span>' if has_class else text


def _row(row: tuple[Cell, ...], headings: tuple[Column, ...], anchor: str = "") -> str:
    cells = []
    for i, (cell, head) in enumerate(zip(row, headings, strict=True)):
        text = _math(cell.formula) if cell.formula else escape(cell.text)
        text = f"<code>{text}</code>" if head.is_code and text else text
        text = f'<a href="#{escape(anchor)}">{text}</a>' if anchor and not i else text
        is_long = len(cell.text) > LONG and head.align == "left" and not cell.formula
        wide = ' class="wide"' if is_long else ""
        cells.append(f"<td{wide or _class(head)}>{text}</td>")
    return "".join(cells)


def _tone(family: str) -> str:
    """Return the class of a row of a family that is a tone."""
    return f' class="{family}"' if family in {"good", "warn", "bad", "faint"} else ""


def _head(head: Column) -> str:
    """Return a heading; a formula has its text, too, for readers of screens that know none."""
    text = escape(head.title)
    return f'<span class="unseen">{text}</span>{_math(head.formula)}' if head.formula else text


def _class(head: Column) -> str:
    return ' class="n"' if head.align == "right" else ""


def _titled(title: str, body: str) -> str:
    return f"<p><strong>{escape(title)}</strong></p>\n{body}" if title else body
