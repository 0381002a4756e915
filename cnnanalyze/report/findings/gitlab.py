"""Findings as a code quality report of GitLab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import exists
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import fingerprints, sentence, shown
from cnnanalyze.report.json import dump

LEVELS = {"error": "major", "warning": "minor", "info": "info"}


def write(result: LintResult) -> str:
    """Return the list of issues; paths are relative to the project if GitLab says where it is."""
    project = os.environ.get("CI_PROJECT_DIR")
    base = Path(project) if project else Path.cwd()
    return dump([_issue(finding, mark, base) for finding, mark in fingerprints(result)])


def _issue(finding: Finding, fingerprint: str, base: Path) -> dict[str, Any]:
    name, line, column, length = finding.file, 1, 1, 1
    if (mark := finding.mark) is not None:
        name = mark.source.name
        line, column, length = mark.line, mark.column, mark.length
    path = Path(name)
    name = shown(str(path.absolute() if exists(path) else path), base)
    return {
        # GitLab does not show the name of the check.
        "description": f"{finding.code} {finding.name}: {sentence(finding)}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": LEVELS[finding.severity],
        "location": {
            "path": name,
            "positions": {
                "begin": {"line": line, "column": column},
                "end": {"line": line, "column": column + length - 1},
            },
        },
    }
