"""Findings in one line each, as editors and other programs read them."""

from __future__ import annotations

from cnnanalyze.characters import legible
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import closing, end_lines, place_of, sentence


def write(result: LintResult, *, quiet: bool = False) -> str:
    """Return one line for each finding, and one that sums up."""
    lines = [
        legible(f"{place_of(f)}: {f.severity}[{f.code}] {f.name}: {sentence(f)}")
        for f in result.findings
    ]
    return end_lines([*lines, *([] if quiet else [closing(result)])])
