"""Findings as a table for a pull request."""

from __future__ import annotations

from cnnanalyze.linting.finding import SEVERITIES, Finding
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import closing, place_of, sentence
from cnnanalyze.report.markdown import escape


def write(result: LintResult) -> str:
    """Return a heading and a table with a row for each finding, the gravest first."""
    lines = [f"### {result.command.capitalize()}", "", f"{escape(closing(result))}."]
    if result.findings:
        ordered = sorted(result.findings, key=lambda f: SEVERITIES.index(f.severity))
        lines += ["", "| Place | Rule | Finding |", "|:--|:--|:--|", *map(_row, ordered)]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    text = escape(sentence(finding))
    if finding.help:
        text += f"<br>*{escape(finding.help)}*"
    rule = f"{finding.severity} **{finding.code}** {escape(finding.name)}"
    return f"| {escape(place_of(finding))} | {rule} | {text} |"
