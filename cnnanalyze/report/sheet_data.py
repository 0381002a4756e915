"""The words and the data of a question, in every format: texts, numbers, matrices, networks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.course.sheets.question_data import Givens, QuestionDatum
from cnnanalyze.report.latex import escape as for_latex
from cnnanalyze.report.markdown import escape as for_markdown

_MATH = re.compile(r"(?<!\\)\$(?=\S)[^$\n]{1,200}(?<=\S)\$(?![0-9])")
"""A formula between dollars, as pandoc finds it: no blank inside of them, no digit behind."""


def mixed(text: str, escape: Callable[[str], str]) -> str:
    r"""Return a text in which nothing means anything but the formulas between dollars.

    Examples
    --------
    >>> print(mixed("50% of $n_c$ for $5 and $6", for_latex))
    50\% of $n_c$ for \$5 and \$6
    """
    found: list[str] = []
    place = 0
    for formula in _MATH.finditer(text):
        found += [escape(text[place : formula.start()]), formula[0]]
        place = formula.end()
    return "".join((*found, escape(text[place:])))


def broken(text: str, width: int, lead: str = "", rest: str = "") -> list[str]:
    r"""Return a text as lines of at most so many columns: its own line breaks and formulas stay.

    Examples
    --------
    >>> broken("one two\n\nthree $a + b$", 9)
    ['one two', '', 'three', '$a + b$']
    """
    found: list[str] = []
    for line in text.splitlines():
        kept = _MATH.sub(lambda formula: formula[0].replace(" ", _BLANK), line)
        start = rest if found else lead
        lines = wrap(kept, width, first=start, rest=rest, whole=True)
        found += [one.replace(_BLANK, " ") for one in lines] or [""]
    return found or [lead.rstrip()]


_BLANK = "\N{NO-BREAK SPACE}"


# --- text -----------------------------------------------------------------------------------------


def in_text(givens: Givens, width: int, lead: str) -> list[str]:
    """Return what is given as lines below a question."""
    found: list[str] = []
    short = [f"{g.word} {g.text}" for g in givens if g.text and not g.rows]
    if short:
        found += broken(", ".join(short), width, lead, lead)
    for given in givens:
        if given.rows or given.lines:
            name = f" ({given.text})" if given.text else ""
            found.append(f"{lead}{given.word}{name}")
        found += [f"{lead}  {row}" for row in _aligned(given.rows)]
        for line in given.lines:
            found += broken(line, width, f"{lead}  ", f"{lead}    ")
    return found


def _aligned(rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield " ".join(pad(cell, w, right=True) for cell, w in zip(row, widths, strict=True))


# --- Markdown -------------------------------------------------------------------------------------


def text_in_markdown(text: str) -> list[str]:
    """Return a text as Markdown: its line breaks and formulas stay."""
    lines = text.strip().splitlines()
    ends = [
        "\\" if line.strip() and following.strip() else ""
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return [mixed(line.strip(), for_markdown) + end for line, end in zip(lines, ends, strict=True)]


def in_markdown(givens: Givens) -> list[str]:
    """Return what is given as a list, matrices and networks as blocks."""
    found: list[str] = []
    for given in givens:
        head = f"- {for_markdown(given.word)}"
        if given.text:
            found.append(f"{head}: {for_markdown(given.text)}")
        else:
            found.append(f"{head}:")
        if given.rows or given.lines:
            lines = [*_aligned(given.rows), *given.lines]
            found += ["", "  ```", *(f"  {line}" for line in lines), "  ```"]
    return [*found, ""] if found else []


# --- LaTeX ----------------------------------------------------------------------------------------


def text_in_latex(text: str) -> str:
    r"""Return a text as LaTeX: its line breaks and formulas stay.

    Examples
    --------
    >>> print(text_in_latex("one & $n$\ntwo"))
    one \& $n$\\
    two
    """
    paragraphs = re.split(r"\n[ \t]*\n", text.strip())
    return "\n\n".join(
        "\\\\\n".join(
            mixed(line.strip(), for_latex) for line in paragraph.splitlines() if line.strip()
        )
        for paragraph in paragraphs
    )


def in_latex(givens: Givens) -> list[str]:
    """Return what is given as LaTeX, matrices as such."""
    found: list[str] = []
    short = [f"{g.word} {g.text}" for g in givens if g.text and not g.rows]
    if short:
        found += [rf"\noindent {for_latex(', '.join(short))}", ""]
    for given in givens:
        name = f" ({given.text})" if given.text else ""
        if given.rows:
            rows = r" \\ ".join(" & ".join(map(for_latex, row)) for row in given.rows)
            columns = "r" * len(given.rows[0])
            matrix = rf"$\left(\begin{{array}}{{{columns}}}{rows}\end{{array}}\right)$"
            found += [rf"\noindent {for_latex(given.word + name)}: {matrix}", ""]
        if given.lines:
            found += [rf"\noindent {for_latex(given.word + name)}:", r"\begin{itemize}"]
            found += [rf"\item {for_latex(line)}" for line in given.lines]
            found += [r"\end{itemize}", ""]
    return found


# --- data -----------------------------------------------------------------------------------------


def as_data(givens: Givens) -> list[dict[str, Any]]:
    """Return what is given as plain data."""
    return [_data(given) for given in givens]


def _data(given: QuestionDatum) -> dict[str, Any]:
    found: dict[str, Any] = {"word": given.word}
    if given.text:
        found["text"] = given.text
    if given.rows:
        found["rows"] = [list(row) for row in given.rows]
    if given.lines:
        found["lines"] = list(given.lines)
    return found
