"""LaTeX: a document ready for ``pdflatex``."""

from __future__ import annotations

from collections.abc import Iterable

from cnnanalyze.characters import legible
from cnnanalyze.report.document import (
    Block,
    Break,
    Code,
    Document,
    Facts,
    Figure,
    Heading,
    Inline,
    Items,
    Paragraph,
    Part,
    Tabular,
    spans,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.latex import escape
from cnnanalyze.report.latex_table import write
from cnnanalyze.report.table import Table
from cnnanalyze.report.writers.terminal import Terminal
from cnnanalyze.report.writers.writer import Writer, writer

PREAMBLE = r"""\documentclass[a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,array,booktabs,longtable,textcomp}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5\baselineskip}
\begin{document}
"""
LEVELS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph")
LONG = 30
"""Tables of more rows go on on the next page."""
LINE = 90
"""About this number of characters fit on a line of the page."""


@writer("latex", ".tex")
class Latex(Writer):
    """Writes an article."""

    def write(self, document: Document) -> str:
        """Return a whole article; of a result that is a table, the table for another text."""
        if document.table is not None and not document.is_article:
            return "\n".join(map(self._beside, document.shown(in_full=self.is_full))) + "\n"
        return f"{PREAMBLE}\n{super().write(document)}\n\\end{{document}}\n"

    def _beside(self, block: Block) -> str:
        """Return a table, or anything else as comments."""
        if isinstance(block, Tabular):
            return self.tabular(block)
        lines = (legible("".join(text for text, _ in line)) for line in Terminal(LINE).block(block))
        return "\n".join(f"% {line}".rstrip() for line in lines)

    def heading(self, block: Heading) -> str:
        """Return the heading of a section without a number."""
        level = LEVELS[min(block.level, len(LEVELS)) - 1]
        line = rf"\{level}*{{{escape(block.text)}}}"
        return f"{line}\n\n\\emph{{{escape(block.remark)}}}" if block.remark else line

    def paragraph(self, block: Paragraph) -> str:
        """Return sentences."""
        return (rf"\textbf{{{escape(block.title)}.}} " if block.title else "") + inline(block.text)

    def facts(self, block: Facts) -> str:
        """Return a list of names."""
        rows = (rf"  \item[{{{inline(name)}}}] {inline(text)}" for name, text in block.rows)
        return _titled(block.title, _environment("description", rows))

    def items(self, block: Items) -> str:
        """Return a list."""
        rows = (rf"  \item {inline(item)}" for item in block.items)
        return _titled(block.title, _environment("itemize", rows))

    def tabular(self, block: Tabular) -> str:
        """Return a table; where it is wider than the page, its texts are broken."""
        whole = block.on_paper
        table = whole._replace(note="")
        note = f"\n\n{escape(whole.note)}" if whole.note else ""
        name = "longtable" if len(table.rows) > LONG else "tabular"
        text = write(table, _columns(table), name).rstrip("\n")
        return _titled(block.title, text + note)

    def code(self, block: Code) -> str:
        """Return lines in monospaced type, escaped for LaTeX."""
        lines = (
            rf"\texttt{{{escape(line).replace(' ', '~')}}}\\" if line.strip() else r"\mbox{}\\"
            for line in block.text.rstrip("\n").split("\n")
        )
        return _titled(block.title, _environment("flushleft", lines))

    def figure(self, block: Figure) -> str:
        """Return the words for a picture."""
        return rf"\emph{{{escape(block.text)}}}"

    def formula(self, block: Formula) -> str:
        """Return a formula."""
        return f"\\[\n{block.latex}\n\\]"


def inline(text: Inline) -> str:
    r"""Return a sentence with its code.

    Examples
    --------
    >>> from cnnanalyze.report.document import prose
    >>> print(inline(prose("`a_b` is 5 %")))
    \texttt{a\_b} is 5 \%
    """
    return "".join(map(_part, spans(text)))


def _part(part: Part) -> str:
    if isinstance(part, Formula):
        return f"${part.latex}$"
    if isinstance(part, Break):
        return "\\\\{}\n"  # without braces a bracket below would be the distance to it
    text = escape(part.text)
    if part.is_code:
        return rf"\texttt{{{text}}}"
    return rf"\{COMMANDS[part.tone]}{{{text}}}" if part.tone in COMMANDS and text else text


COMMANDS = {"strong": "textbf", "faint": "emph"}
"""What sets words of a tone; colours are left out."""


def _columns(table: Table) -> str:
    """Return the columns, those with long texts as wide as their share of a page that is full."""
    widths = table.widths()
    right = [h.align == "right" for h in table.headings]
    share = LINE / len(widths)
    if sum(widths) <= LINE:
        return "".join("r" if r else "l" for r in right)
    fixed = sum(w for w, r in zip(widths, right, strict=True) if r or w <= share)
    broken = sum(1 for w, r in zip(widths, right, strict=True) if not r and w > share)
    part = max(0.1, 0.92 * (1 - fixed / LINE) / max(1, broken))
    wide = rf">{{\raggedright\arraybackslash}}p{{{part:.2f}\linewidth}}"
    return "".join(
        "r" if r else "l" if w <= share else wide for w, r in zip(widths, right, strict=True)
    )


def _environment(name: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"\\begin{{{name}}}\n{body}\n\\end{{{name}}}"


def _titled(title: str, body: str) -> str:
    return f"\\textbf{{{escape(title)}}}\n\n{body}" if title else body
