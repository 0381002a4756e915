"""Findings as one JSON object with everything."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import Mark
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.words import fingerprints, shown
from cnnanalyze.report.json import dump, plain


def write(result: LintResult) -> str:
    """Return everything as one object."""
    return dump(to_dict(result))


def to_dict(result: LintResult) -> dict[str, Any]:
    """Return everything as plain data."""
    return {
        "schema": VERSIONS["lint"],
        "summary": {
            **result.counts,
            "files": len(result.files),
            "passed_over": result.passed_over,
            "ignored": result.suppressed,
            "in_baseline": result.hidden,
        },
        "files": [
            {"file": shown(f.name), "findings": len(f.findings), "ignored": f.suppressed}
            for f in result.files
        ],
        "findings": [one_dict(finding, mark) for finding, mark in fingerprints(result)],
    }


def one_dict(finding: Finding, fingerprint: str) -> dict[str, Any]:
    """Return one finding as plain data."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        **_place(finding.mark, finding.file),
        "path": finding.path,
        "count": finding.instances,
        "help": finding.help,
        "values": {name: plain(value) for name, value in finding.values},
        "calls": [
            {"block": call.block, "arguments": call.arguments, **_place(call.mark)}
            for call in finding.chain
        ],
        "fix": None
        if finding.fix is None
        else {
            "message": finding.fix.message,
            "unsafe": finding.fix.unsafe,
            "edits": [asdict(edit) for edit in finding.fix.edits],
        },
        "fingerprint": fingerprint,
    }


def _place(mark: Mark | None, file: str = "") -> dict[str, Any]:
    if mark is None:
        return {
            "file": shown(file) if file else None,
            "line": None,
            "column": None,
            "end_column": None,
        }
    return {
        "file": shown(mark.source.name),
        "line": mark.line,
        "column": mark.column,
        "end_column": mark.column + mark.length,
    }
