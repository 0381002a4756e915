"""HTML: a derivation as a section, and a page of derivations that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cnnanalyze.core.glossary import meaning
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.report.derivation.answer import answer
from cnnanalyze.report.derivation.equation import cell, legend
from cnnanalyze.report.derivation.mathml import MathmlWriter, to_mathml

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; }
section { margin: 0 0 2.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 0 0 .2rem; }
.subject { opacity: .75; margin: 0 0 .8rem; }
math { font-size: 1.1rem; }
math[display=block] { width: max-content; margin: .55rem 0 .55rem 1rem; }
mtable { math-style: normal; } mtd { text-align: left; padding: .15em .1em; }
mtd:first-child { text-align: right; }
.math { overflow-x: auto; } mtext.code { font-family: ui-monospace, monospace; font-size: .85em; }
.answer { font-weight: 600; } .where { font-size: .92rem; }
table { border-collapse: collapse; margin: .6rem 0 .6rem 1rem; }
th, td { text-align: left; padding: .15rem 1.2rem .15rem 0; }
thead th { border-bottom: 1px solid; } ul { padding-left: 1.2rem; } li { margin: .25rem 0; }
""".strip()


def to_html(explanation: Explanation) -> str:
    """Return an explanation as a ``section``, its equations in MathML."""
    writer = MathmlWriter(explanation.style)
    parts = [
        f"<h2>{escape(explanation.question)}</h2>",
        f'<p class="subject">{escape(explanation.subject)}</p>',
        f'<div class="math">{to_mathml(explanation)}</div>',
    ]
    if explanation.table:
        parts.append(_table(explanation, writer))
    parts.append(f'<p class="answer">Answer: {escape(answer(explanation))}</p>')
    if explanation.beside:
        parts.append(f"<p>Beside it: {escape(explanation.beside)}</p>")
    if where := legend(writer, explanation):
        said = "; ".join(f"<math>{s}<mo>=</mo>{v}</math> {escape(w)}" for s, v, w in where)
        parts.append(f'<p class="where">where {said}</p>')
    items = [
        *(f"<li>{escape(s)}</li>" for s in explanation.reasons),
        *(f"<li><strong>Note:</strong> {escape(s)}</li>" for s in explanation.remarks),
    ]
    if items:
        parts.append(f"<ul>{''.join(items)}</ul>")
    return f"<section>{''.join(parts)}</section>"


def _table(explanation: Explanation, writer: MathmlWriter) -> str:
    heads = "".join(
        f'<th scope="col"><math aria-label="{escape(meaning(h))}">{writer.name(h)}</math></th>'
        for h in explanation.heads
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(r.label)}</th>'
        + "".join(f"<td><math>{cell(writer, c)}</math></td>" for c in r.cells)
        + "</tr>"
        for r in explanation.table
    )
    return (
        f'<table><thead><tr><th scope="col">layer</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def to_page(title: str, explanations: Sequence[Explanation]) -> str:
    """Return a page of explanations; one file, no scripts, nothing from elsewhere."""
    return page(title, "\n".join(map(to_html, explanations)))


def page(title: str, body: str) -> str:
    """Return a whole page around some HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>"
        f"<h1>{escape(title)}</h1>\n{body}\n</main></body></html>\n"
    )
