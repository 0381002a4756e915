"""Markdown: a derivation with LaTeX between dollar signs, as GitHub and notebooks show it."""

from __future__ import annotations

from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.report.derivation.answer import answer
from cnnanalyze.report.derivation.equation import cell, legend
from cnnanalyze.report.derivation.latex import LatexWriter, equations
from cnnanalyze.report.markdown import escape


def to_markdown(explanation: Explanation) -> str:
    """Return an explanation as Markdown with LaTeX formulas."""
    writer = LatexWriter(explanation.style)
    lines = [f"### {escape(explanation.question)}", "", escape(explanation.subject), ""]
    for one in equations(explanation):
        lines += ["$$", one, "$$", ""]
    if explanation.table:
        lines += [*_table(explanation, writer), ""]
    lines += [f"**Answer:** {escape(answer(explanation))}", ""]
    if explanation.beside:
        lines += [f"**Beside it:** {escape(explanation.beside)}", ""]
    if where := legend(writer, explanation):
        lines += [f"Here {'; '.join(f'${s} = {v}$ {escape(w)}' for s, v, w in where)}.", ""]
    for title, sentences in (("Why", explanation.reasons), ("Note", explanation.remarks)):
        for sentence in sentences:
            lines += [f"- *{title}:* {escape(sentence)}"]
    return "\n".join(lines).rstrip() + "\n"


def _table(explanation: Explanation, writer: LatexWriter) -> list[str]:
    heads = [f"${writer.name(h)}$" for h in explanation.heads]
    lines = [f"| layer | {' | '.join(heads)} |", "| :-- |" + " :-- |" * len(heads)]
    return lines + [
        f"| {escape(r.label)} | {' | '.join(f'${cell(writer, c)}$' for c in r.cells)} |"
        for r in explanation.table
    ]
