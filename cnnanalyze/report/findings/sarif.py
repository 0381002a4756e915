"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any
from urllib.parse import quote

from cnnanalyze.errors import Mark
from cnnanalyze.linting.finding import Edit, Finding
from cnnanalyze.linting.result import LintResult
from cnnanalyze.linting.rule import RULES
from cnnanalyze.report.findings.text import call_line, say
from cnnanalyze.report.findings.words import fingerprints, sentence, shown
from cnnanalyze.report.json import dump
from cnnanalyze.version import __version__

LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_VERSION = "2.1.0"
_FINGERPRINT = "cnnanalyzeFinding/v1"
"""Of our own: rule, file and layer. GitHub computes the one of the line by itself."""


def write(result: LintResult) -> str:
    """Return one run with the rules that were broken and the places where."""
    codes = {finding.code: finding for finding in result}
    rules = [_rule(code, codes[code]) for code in sorted(codes)]
    index = {rule["id"]: n for n, rule in enumerate(rules)}
    return dump(
        {
            "version": _VERSION,
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "cnnanalyze",
                            "version": __version__,
                            "semanticVersion": __version__,
                            "rules": rules,
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "artifacts": [{"location": {"uri": uri(file.name)}} for file in result.files],
                    "results": [
                        _result(finding, mark, index) for finding, mark in fingerprints(result)
                    ],
                }
            ],
        }
    )


def _rule(code: str, finding: Finding) -> dict[str, Any]:
    cls = RULES.get(code)
    text = cleandoc(cls.__doc__ or "") if cls is not None else finding.message
    short = text.split("\n", maxsplit=1)[0]
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in finding.name.split("-")),
        "shortDescription": {"text": short},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": LEVELS[cls.severity if cls else finding.severity]},
        "properties": {"tags": [code.rstrip("0123456789")], "kebabName": finding.name},
    }


def _result(finding: Finding, fingerprint: str, index: dict[str, int]) -> dict[str, Any]:
    said = sentence(finding)
    if finding.help:
        said = f"{said}. Help: {finding.help}"
    found: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": LEVELS[finding.severity],
        "message": {"text": said},
        "partialFingerprints": {_FINGERPRINT: fingerprint},
    }
    # Code scanning refuses a result without a location; without a line the first one is shown.
    location = _location(finding.mark) if finding.mark is not None else _file(finding.file)
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.path, "kind": "member"}]
    found["locations"] = [location]
    if finding.chain:
        found["relatedLocations"] = [
            {**_location(call.mark), "id": n, "message": {"text": call_line(call)}}
            for n, call in enumerate(reversed(finding.chain), 1)
        ]
    # Whoever reads this carries fixes out unasked: one that breaks a claim is left out.
    if finding.fix is not None and not finding.fix.unsafe and finding.mark is not None:
        found["fixes"] = [
            {
                "description": {"text": finding.fix.message},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": uri(finding.mark.source.name)},
                        "replacements": [_replacement(edit) for edit in finding.fix.edits],
                    }
                ],
            }
        ]
    properties: dict[str, Any] = {"instances": finding.instances} if finding.instances > 1 else {}
    if finding.values:
        properties["values"] = {name: say(value) for name, value in finding.values}
    if properties:
        found["properties"] = properties
    return found


def _file(name: str) -> dict[str, Any]:
    """Return the location of a whole file."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(name)},
            "region": {"startLine": 1},
        }
    }


def _location(mark: Mark) -> dict[str, Any]:
    lines = mark.source.lines
    region: dict[str, Any] = {
        "startLine": mark.line,
        "startColumn": mark.column,
        "endLine": mark.line,
        "endColumn": mark.column + mark.length,
    }
    if mark.line <= len(lines):
        region["snippet"] = {"text": lines[mark.line - 1]}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(mark.source.name)},
            "region": region,
        }
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": edit.text},
    }


def uri(name: str) -> str:
    """Return the name of a file as a reference.

    Examples
    --------
    >>> uri("specs/my net.yaml")
    'specs/my%20net.yaml'
    """
    return quote(shown(name))
