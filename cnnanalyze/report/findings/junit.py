"""Findings as JUnit XML: a suite for each file, a case for each finding.

Errors and warnings have failed; what is mere information has passed, and says what it has to say.
"""

from __future__ import annotations

import re
from itertools import chain
from xml.sax.saxutils import escape, quoteattr

from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import FileResult, LintResult
from cnnanalyze.report.findings.words import place_of, sentence, shown

# XML has no way to write most control characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(result: LintResult) -> str:
    """Return the suites; a file without findings is one case that passes."""
    suites = [_suite(file, result.command) for file in result.files]
    if result.extra:
        suites.append(_cases("baseline", result.extra))
    found = (*chain.from_iterable(f.findings for f in result.files), *result.extra)
    clean = sum(not file.findings for file in result.files)
    counts = f'tests="{len(found) + clean}" failures="{_failures(found)}" errors="0"'
    head = f'<testsuites name="cnnanalyze {result.command}" {counts}>'
    return (
        "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"]) + "\n"
    )


def _suite(file: FileResult, command: str) -> str:
    name = shown(file.name)
    if file.findings:
        return _cases(name, file.findings)
    said = _attribute(name)
    return (
        f'  <testsuite name={said} tests="1" failures="0" errors="0">\n'
        f'    <testcase name="{command}" classname={said}/>\n'
        "  </testsuite>"
    )


def _cases(name: str, findings: tuple[Finding, ...]) -> str:
    head = f'tests="{len(findings)}" failures="{_failures(findings)}" errors="0"'
    lines = [f"  <testsuite name={_attribute(name)} {head}>"]
    for finding in findings:
        text = sentence(finding) + (f"\nhelp: {finding.help}" if finding.help else "")
        where = f' line="{finding.mark.line}"' if finding.mark else ""
        case = f"name={_attribute(f'{finding.code} {finding.name}')} classname={_attribute(name)}"
        kind = f"type={_attribute(finding.severity)} message={_attribute(finding.message)}"
        body = escape(_clean(f"{place_of(finding)}: {text}"))
        is_failure = finding.severity != "info"
        said = (
            f"<failure {kind}>{body}</failure>"
            if is_failure
            else f"<system-out>{body}</system-out>"
        )
        lines += [f"    <testcase {case}{where}>", f"      {said}", "    </testcase>"]
    return "\n".join([*lines, "  </testsuite>"])


def _failures(findings: tuple[Finding, ...]) -> int:
    return sum(finding.severity != "info" for finding in findings)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
