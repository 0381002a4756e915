"""Markdown: documents as repositories, wikis and sites show them."""

from __future__ import annotations

from html import escape as escape_html
from itertools import chain, repeat

from cnnanalyze.characters import elide, legible
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.document import (
    Break,
    Code,
    Facts,
    Figure,
    Heading,
    Inline,
    Items,
    Paragraph,
    Part,
    Tabular,
    code,
    spans,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.markdown import escape, written_rows
from cnnanalyze.report.table import Cell
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.writers.writer import Writer, writer

DEEPEST = 6
"""The lowest level of a heading."""
OUTLINE = 100
"""Characters in a line of the outline of a picture."""
MOST_FOLDED = 50
"""Rows of a folded table: comments have a largest length."""
LONGEST_FOLDED = 200
"""Characters of its cells."""


@writer("markdown", ".md", ".markdown")
class Markdown(Writer):
    """Writes Markdown, with the tables of GitHub."""

    def heading(self, block: Heading) -> str:
        """Return a heading with its remark below."""
        line = f"{'#' * min(block.level, DEEPEST)} {escape(block.text)}"
        return f"{line}\n\n*{escape(block.remark)}*" if block.remark else line

    def paragraph(self, block: Paragraph) -> str:
        """Return sentences on one line."""
        return (f"**{escape(block.title)}.** " if block.title else "") + inline(block.text)

    def facts(self, block: Facts) -> str:
        """Return a list of names."""
        rows = (
            _item(f"{f'{inline(name)}: ' if name else ''}{inline(text)}")
            for name, text in block.rows
        )
        return _titled(block.title, "\n".join(rows))

    def items(self, block: Items) -> str:
        """Return a list."""
        return _titled(block.title, "\n".join(_item(inline(item)) for item in block.items))

    def tabular(self, block: Tabular) -> str:
        """Return a pipe table; rows lead to their anchors.

        What is folded away has no more rows than a comment on a change has room for.
        """
        table, lines = block.on_paper, []
        more = len(table.rows) - MOST_FOLDED if block.is_folded else 0
        if more > 0:
            note = f"and {count_of(more, 'row')} more"
            note = f"{note}; {table.note}" if table.note else note
            table = table._replace(rows=table.rows[:MOST_FOLDED], note=note)
        for row, anchor in zip(table.rows, chain(block.anchors, repeat("")), strict=False):
            longest = LONGEST_FOLDED if block.is_folded else 0
            line = [
                _cell(cell, head, longest) for cell, head in zip(row, table.headings, strict=True)
            ]
            lines.append([f"[{line[0]}](#{anchor})", *line[1:]] if anchor else line)
        text = written_rows(table, lines).rstrip("\n")
        if not block.is_folded:
            return _titled(block.title, text)
        summary = escape_html(legible(block.title))
        return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"

    def code(self, block: Code) -> str:
        """Return a block between fences that nothing in it ends."""
        fence = "`" * max(3, 1 + _longest_run(block.text))
        text = "\n".join(map(legible, block.text.rstrip("\n").split("\n")))
        return _titled(block.title, f"{fence}{block.language}\n{text}\n{fence}")

    def figure(self, block: Figure) -> str:
        """Return the outline of a picture, or the words for it: no reader shows SVG in Markdown."""
        if block.outline is None:
            return f"*{escape(block.text)}*"
        lines = block.outline(OUTLINE)
        return self.code(Code("\n".join("".join(text for text, _ in line) for line in lines)))

    def formula(self, block: Formula) -> str:
        """Return a formula as most readers of Markdown show it."""
        return f"$$\n{block.latex}\n$$"


def inline(text: Inline, *, in_cell: bool = False) -> str:
    r"""Return a sentence in which nothing but its code means anything.

    In a cell of a table a bar would end it, and before one a backslash is seen inside of code: such
    code is an element of HTML.

    Examples
    --------
    >>> print(inline("a_b"), inline(code("a|b`")), inline(code("a|b"), in_cell=True))
    a\_b `` a|b` `` <code>a&#124;b</code>
    """
    return "".join(_part(part, in_cell=in_cell) for part in spans(text))


def _part(part: Part, *, in_cell: bool) -> str:
    if isinstance(part, Formula):
        return _formula(part)
    if isinstance(part, Break):
        return "<br>" if in_cell else "\\\n"
    if part.is_code:
        return _code(part.text, in_cell=in_cell)
    text = escape(part.text)
    if part.tone not in MARKS or not text.strip():
        return text
    # Markdown needs a letter, not a blank, beside a mark.
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{MARKS[part.tone]}{text.strip()}{MARKS[part.tone]}{tail}"


MARKS = {"strong": "**", "faint": "*"}
"""Marks around words of a tone; Markdown has no colours."""


def _formula(formula: Formula) -> str:
    return f"${formula.latex}$"


def _cell(cell: Cell, head: Column, longest: int) -> str:
    if cell.formula is not None:
        return _formula(cell.formula).replace("|", r"\vert{}")
    text = elide(cell.text, longest) if longest else cell.text
    return inline(code(text) if head.is_code and text else text, in_cell=True)


def _code(text: str, *, in_cell: bool) -> str:
    text = legible(text.replace("\n", " "))
    if in_cell and "|" in text:
        return f"<code>{escape_html(text, quote=False).replace('|', '&#124;')}</code>"
    fence = "`" * (1 + _longest_run(text))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _item(text: str) -> str:
    """Return one thing of a list; its further lines are set in."""
    return "- " + text.replace("\n", "\n  ")


def _longest_run(text: str) -> int:
    """Return the length of the longest run of backticks."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _titled(title: str, body: str) -> str:
    return f"{escape(title)}:\n\n{body}" if title else body
