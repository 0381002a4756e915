"""Derivations: explanations as text, Markdown, LaTeX, HTML with MathML, and data.

It may import ``course`` and below. Smallest example:
:mod:`~cnnanalyze.report.derivation.markdown`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.report import check_format
from cnnanalyze.report.derivation.html import to_html, to_page
from cnnanalyze.report.derivation.json import to_dict, to_json
from cnnanalyze.report.derivation.latex import to_document, to_latex
from cnnanalyze.report.derivation.markdown import to_markdown
from cnnanalyze.report.derivation.mathml import to_mathml
from cnnanalyze.report.derivation.text import WIDTH, to_text

__all__ = [
    "FORMATS",
    "render",
    "to_dict",
    "to_document",
    "to_html",
    "to_json",
    "to_latex",
    "to_markdown",
    "to_mathml",
    "to_page",
    "to_text",
]

Explanations = Sequence[Explanation]

FORMATS: dict[str, Callable[[str, Explanations, int], str]] = {
    "text": lambda _, found, width: "\n\n".join(to_text(e, width) for e in found),
    "markdown": lambda _, found, __: "\n".join(map(to_markdown, found)),
    "latex": lambda title, found, _: to_document(title, found),
    "html": lambda title, found, _: to_page(title, found),
    "json": lambda _, found, __: to_json(*found),
}
"""How explanations are written, by the name of the format."""


def render(title: str, explanations: Explanations, format: str, width: int = WIDTH) -> str:  # noqa: A002
    """Return explanations as text in a format; LaTeX and HTML are whole documents.

    Raises
    ------
    UsageError
        If the format is unknown.
    """
    name = check_format(format, tuple(FORMATS))
    return FORMATS[name](title or explanations[0].question, explanations, width)
