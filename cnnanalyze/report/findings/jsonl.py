"""Findings as JSON objects, one a line, for programs that read while others write."""

from __future__ import annotations

import json

from cnnanalyze.linting.result import LintResult
from cnnanalyze.report.findings.json import one_dict
from cnnanalyze.report.findings.words import fingerprints


def write(result: LintResult) -> str:
    """Return one object a line."""
    return "".join(
        f"{json.dumps(one_dict(finding, mark), ensure_ascii=False)}\n"
        for finding, mark in fingerprints(result)
    )
