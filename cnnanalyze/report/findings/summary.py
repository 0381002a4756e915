"""Findings counted by rule and file, for the summary of a job."""

from __future__ import annotations

from collections import Counter

from cnnanalyze.linting.finding import SEVERITIES
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import closing, file_of
from cnnanalyze.report.markdown import escape

_MOST_FILES = 20


def write(result: LintResult) -> str:
    """Return two short tables: by rule, and by file."""
    lines = [f"### {result.command.capitalize()}", "", f"{escape(closing(result))}."]
    if not result.findings:
        return "\n".join(lines) + "\n"
    rules = Counter((f.severity, f.code, f.name) for f in result)
    lines += ["", "| Rule | Severity | Findings |", "|:--|:--|--:|"]
    for (severity, code, name), count in sorted(
        rules.items(), key=lambda row: (SEVERITIES.index(row[0][0]), -row[1], row[0][1])
    ):
        lines.append(f"| **{code}** {escape(name)} | {severity} | {count:,} |")
    files = Counter(file_of(f) or "(no place)" for f in result)
    lines += ["", "| File | Findings |", "|:--|--:|"]
    lines += [f"| {escape(name)} | {n:,} |" for name, n in files.most_common(_MOST_FILES)]
    if len(files) > _MOST_FILES:
        lines.append(f"| {len(files) - _MOST_FILES:,} more files | |")
    return "\n".join(lines) + "\n"
