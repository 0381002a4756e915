"""Findings as workflow commands of GitHub Actions, which become annotations."""

from __future__ import annotations

from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import closing, end_lines, file_of, sentence

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def write(result: LintResult, *, quiet: bool = False) -> str:
    """Return one command for each finding, and a line for the log that sums up."""
    return end_lines([*map(_command, result.findings), *([] if quiet else [closing(result)])])


def _command(finding: Finding) -> str:
    text = sentence(finding) + (f"\nhelp: {finding.help}" if finding.help else "")
    fields = {"title": f"{finding.code} {finding.name}"}
    if finding.mark is None and finding.file:
        fields["file"] = file_of(finding)
    if (mark := finding.mark) is not None:
        # The end of a stretch is the last column that belongs to it.
        fields |= {
            "file": file_of(finding),
            "line": str(mark.line),
            "col": str(mark.column),
            "endLine": str(mark.line),
            "endColumn": str(mark.column + mark.length - 1),
        }
    given = ",".join(f"{key}={_escape_field(value)}" for key, value in fields.items())
    return f"::{LEVELS[finding.severity]} {given}::{_escape(text)}"


def _escape(text: str) -> str:
    r"""Return a text as a workflow command holds it.

    Examples
    --------
    >>> _escape("50 %\nhelp: x")
    '50 %25%0Ahelp: x'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_field(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
