"""HTML: a document as one page that loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape as escape_html
from itertools import chain, groupby, repeat
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from cnnanalyze.characters import legible
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
    Headlines,
    Inline,
    Items,
    Paragraph,
    Part,
    Tabular,
    spans,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.table import Cell, Status, Table
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

    is_full: ClassVar[bool] = True

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.contents: list[tuple[str, str]] = []
        """The headings that the bar on top names, with their anchors."""
        self.anchors: Counter[str] = Counter()
        self.regions: Counter[str] = Counter()
        """How many parts that scroll have a name already."""
        self.place = ""
        """The anchor of the last heading."""
        self.tables: Counter[str] = Counter()
        """How many tables that are filtered have an anchor already, by that of their heading."""
        self.is_piece = False
        """Whether this is a piece of a page that is made otherwise, beside others."""
        self.can_zoom = False
        """Whether there is a picture to be enlarged and moved."""
        self.has_ranges = False
        """Whether there is a table whose rows are filtered by ranges."""
        self.levels: list[int] = []
        """The levels of the headings above this place."""
        self.subject = ""
        """The words of the last heading below that of the page."""

    def write(self, document: Document) -> str:
        """Return a whole page: the own one of the subject, if it has one."""
        if document.page is not None:
            return document.page()
        from cnnanalyze.report.page.frame import (  # noqa: PLC0415 - pages need a template engine
            SCRIPT,
            render,
        )

        blocks = tuple(document.shown(in_full=self.is_full))
        if not _has_title(document.title, blocks):
            blocks = (Heading(document.title, 0), *blocks)
        body = self.blocks(blocks)
        return render(
            "document.html.j2",
            scripts=(
                SCRIPT,
                *(("zoom.js",) if self.can_zoom else ()),
                *(("ranges.js",) if self.has_ranges else ()),
            ),
            title=legible(document.title),
            contents=self.contents,
            body=body,
            result=None if document.embedded is None else document.embedded(),
        )

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks, each on a line of its own."""
        return "\n".join(map(self.block, blocks))

    def heading(self, block: Heading) -> str:
        """Return a heading that links can lead to."""
        level = self._level(block.level)
        anchor = self.place = self._anchor(block)
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
        name = ": ".join(filter(None, (title, self.subject))) or "Table"
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
        """Return a table; rows lead to their anchors, and headings in words sort and filter them.

        Rows of a group stand below a line that names it.
        """
        table = block.compact.signed("status")
        name = escape(self._region(block.title))
        tools, anchor = self._filter(block, name) if block.filter else ("", "")
        # Tables without a title in pieces of one page would all have the same name.
        has_name = bool(block.title) or not self.is_piece
        region = f' role="region" aria-label="{name}"' if has_name else ""
        body = (
            f'{tools}<div class="scroll" tabindex="0"{region}>'
            f"<table{anchor}{_sortable(table)}>"
            f"<thead><tr>{_heads(table)}</tr></thead>\n{_bodies(table, block.anchors)}"
            f"{_foot(table)}</table></div>"
        )
        if table.note:
            body += f'\n<p class="faint">{escape(table.note)}</p>'
        if block.is_folded:
            title = escape(block.title or "Table")
            return f"<details><summary>{title}</summary>\n{body}\n</details>"
        return _titled(block.title, body)

    def _filter(self, block: Tabular, name: str) -> tuple[str, str]:
        """Return the box that filters the rows of a table, and the attributes of the table."""
        place = "-".join(filter(None, (self.place, "table")))
        self.tables[place] += 1
        times = self.tables[place]
        anchor = escape(place if times == 1 else f"{place}-{times}")
        is_first = self.tables.total() == 1  # the one that keys are for
        tools = (
            f'<div class="tools needs-script"><input type="search" data-filter="{anchor}"'
            f'{" data-filter-box" if is_first else ""} placeholder="Filter, such as '
            f'{escape(block.filter)}" aria-label="Filter: {name}" autocomplete="off" '
            f'spellcheck="false"> <span class="count" data-count="{anchor}" role="status"></span>'
            "</div>\n"
        )
        if block.has_ranges:
            self.has_ranges = True
            tools += _ranges(block.compact, anchor)
        return tools, f' id="{anchor}"{" data-main" if is_first else ""}'

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
        """Return a picture within the page; one that is wider can be scrolled, or enlarged."""
        words = f"<figcaption>{escape(block.text)}</figcaption>"
        kind, name = ("drawing", block.text) if block.can_zoom else ("picture", "Picture")
        region = f'tabindex="0" role="region" aria-label="{escape(self._region(name))}"'
        picture = f'<div class="scroll {kind}" {region}>{block.svg()}</div>'
        if block.can_zoom:
            self.can_zoom = True
            return f"<figure>{words}{picture}</figure>"
        return f"<figure>{picture}{words}</figure>"

    def figures(self, block: Figures) -> str:
        """Return pictures side by side."""
        return f'<div class="beside">\n{self.blocks(block.figures)}\n</div>'

    def headlines(self, block: Headlines) -> str:
        """Return numbers in large type."""
        lines = (
            f'<li class="headline" data-headline="{escape(h.key)}">'
            f'<span class="label">{escape(h.label)}</span> '
            f'<span class="number">{escape(h.brief)}</span> '
            f'<span class="exact">{escape(h.exact)}</span> '
            f'<span class="how text">{escape(h.how)}</span></li>'
            for h in block.headlines
        )
        return '<ul class="headlines">\n' + "\n".join(lines) + "\n</ul>"

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


def _has_title(title: str, blocks: Sequence[Block]) -> bool:
    """Whether blocks begin with a heading that says what they are."""
    first = next(iter(blocks), None)
    if isinstance(first, Group):
        return bool(first.level) and not first.fold
    return isinstance(first, Heading) and (first.level == 1 or first.text.startswith(title))


def fragment(block: Block) -> str:
    """Return one block, for a page that is made otherwise and has the headings above it."""
    writer = Html(0)
    writer.is_piece = True
    if isinstance(block, Heading | Group):
        writer.levels = list(range(1, block.level))
    return writer.block(block)


def _ranges(table: Table, anchor: str) -> str:
    """Return the boxes for the least and the most of each column that has different numbers."""
    fields = []
    for place, (i, head) in enumerate(_columns(table)):
        numbers = [number for row in table.rows if (number := _number(row[i])) is not None]
        if head.align != "right" or len(set(numbers)) < 2:  # noqa: PLR2004 - least and most
            continue
        title, boxes = escape(head.title or head.key), []
        for end, number in (("least", min(numbers)), ("most", max(numbers))):
            boxes.append(
                f'<input type="number" step="any" name="{escape(head.key)}.{end}" '
                f'data-column="{place}" data-end="{end}" aria-label="{end} {title}" '
                f'placeholder="{_brief(number)}">'
            )
        fields.append(f"<fieldset><legend>{title}</legend>{' to '.join(boxes)}</fieldset>")
    return (
        f'<details class="ranges needs-script" data-ranges="{anchor}"><summary>Ranges</summary>\n'
        f'<div class="tools">{"".join(fields)}<button type="button">All rows</button></div>'
        "</details>\n"
    )


def _brief(number: float) -> str:
    return str(int(number)) if number.is_integer() else f"{number:.6g}"


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


def _sortable(table: Table) -> str:
    """Return what lets headings sort the rows: those of groups stay together."""
    fixed = table.column("group") is not None or any(h.formula for h in table.headings)
    return "" if fixed else " data-sortable"


class WrittenRow(NamedTuple):
    """A row of a page, below the line of its group."""

    group: str
    text: str


def _bodies(table: Table, anchors: Sequence[str]) -> str:
    """Return the bodies of a table: one for each group, or one of all rows."""
    columns = len(_columns(table))
    bodies = []
    for group, rows in groupby(_rows(table, anchors), key=lambda row: row.group):
        head = ""
        if group:
            name = f'<th scope="rowgroup" colspan="{columns}">{escape(group)}</th>'
            head = f'<tr class="group">{name}</tr>\n'
        text = "\n".join(row.text for row in rows)
        bodies.append(f"<tbody>\n{head}{text}\n</tbody>")
    return "\n".join(bodies) or "<tbody>\n\n</tbody>"


def _columns(table: Table) -> list[tuple[int, Column]]:
    """Return the columns of a page with their places: groups have lines instead of one."""
    return [(i, head) for i, head in enumerate(table.headings) if head.role != "group"]


def _rows(table: Table, anchors: Sequence[str]) -> Iterator[WrittenRow]:
    at, has_words = table.column("group"), table.column("status") is not None
    most = _most(table)
    every = zip(
        table.rows, chain(anchors, repeat("")), table.statuses or repeat(None), strict=False
    )
    for row, anchor, status in every:
        cells = _row(table, row, anchor, status, most)
        about = ""
        if status is not None:
            tone = f' class="{status.tone}"' if status.tone and not has_words else ""
            about = f'{tone} data-status="{escape(status.key)}"'
        yield WrittenRow("" if at is None else row[at].text, f"<tr{about}>{cells}</tr>")


def _most(table: Table) -> dict[int, float]:
    """Return the largest number of each column that is plotted, by its place."""
    plotted = [i for i, heading in enumerate(table.headings) if heading.is_plotted]
    return {i: max((_number(row[i]) or 0 for row in table.rows), default=0) for i in plotted}


def _number(cell: Cell) -> float | None:
    """Return the number of a cell; that of a bound is not known."""
    return float(cell.value) if isinstance(cell.value, int | float | Fraction) else None


def _row(
    table: Table,
    row: tuple[Cell, ...],
    anchor: str = "",
    status: Status | None = None,
    most: Mapping[int, float] = MappingProxyType({}),
) -> str:
    cells = []
    for place, (i, head) in enumerate(_columns(table)):
        cell = row[i]
        text = _cell(cell, head)
        if head.role == "status" and status is not None and text:
            text = f'<span class="verdict {status.tone}">{text}</span>'
        text = f'<a href="#{escape(anchor)}">{text}</a>' if anchor and not place else text
        is_list = head.align == "left" or ", " in cell.text
        is_long = len(cell.text) > LONG and is_list and not cell.formula
        kind = _class(head)
        if is_long and head.role != "status":
            kind = ' class="n wide"' if kind else ' class="wide"'
        dot = ""
        if most.get(i) and (number := _number(cell)) is not None:
            dot = f' style="--x:{number / most[i]:.3g}"'
        cells.append(f"<td{kind}{_value(cell, head)}{dot}>{text}</td>")
    return "".join(cells)


def _cell(cell: Cell, head: Column) -> str:
    """Return what a cell says; several remarks are a list, and paths are broken after a slash."""
    if cell.formula:
        return _math(cell.formula)
    if head.role == "remark" and "\n" in cell.text:
        items = "".join(f"<li>{escape(line)}</li>" for line in cell.text.split("\n"))
        return f"<ul>{items}</ul>"
    text = escape(cell.text)
    if not head.is_code and any(len(word) > LONG for word in cell.text.split()):
        text = text.replace("/", "/<wbr>")
    return f"<code>{text}</code>" if head.is_code and text else text


def _value(cell: Cell, head: Column) -> str:
    """Return by what a number is sorted that is not written as one."""
    value = cell.value
    if head.align != "right" or isinstance(value, bool) or not isinstance(value, int | Fraction):
        return ""
    if cell.text.replace(",", "") == str(value):
        return ""
    return f' data-value="{value if isinstance(value, int) else float(value)}"'


def _heads(table: Table) -> str:
    return "".join(
        f'<th scope="col"{_class(head)}>{_head(head)}</th>' for _, head in _columns(table)
    )


def _foot(table: Table) -> str:
    return f"<tfoot><tr>{_row(table, table.foot)}</tr></tfoot>" if table.foot else ""


def _head(head: Column) -> str:
    """Return a heading; a formula has its text, too, for readers of screens that know none."""
    text = escape(head.title or head.key)
    return f'<span class="unseen">{text}</span>{_math(head.formula)}' if head.formula else text


def _class(head: Column) -> str:
    return ' class="n"' if head.align == "right" else ""


def _titled(title: str, body: str) -> str:
    return f"<p><strong>{escape(title)}</strong></p>\n{body}" if title else body
