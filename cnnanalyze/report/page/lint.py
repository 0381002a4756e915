"""The page of a lint run: findings by file, each with its line and a caret under the place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import Mark
from cnnanalyze.linting.finding import SEVERITIES, Finding
from cnnanalyze.linting.result import FileResult, LintResult
from cnnanalyze.report.findings.text import say
from cnnanalyze.report.findings.words import closing, instances
from cnnanalyze.report.page.frame import render
from cnnanalyze.report.page.source import base_name

TONES = {"error": "bad", "warning": "warn", "info": ""}


class LintedFinding(NamedTuple):
    """One finding."""

    code: str
    name: str
    severity: str
    tone: str
    message: str
    where: str
    values: str
    help: str
    fix: str
    unsafe: str
    """Why the fix is not carried out unless that is asked for."""


class LintedLine(NamedTuple):
    """One line of a file, and all that is said of it."""

    line: int
    before: str
    pointed: str
    """What the findings point at, if they point at one stretch of the line."""
    after: str
    carets: str
    findings: tuple[LintedFinding, ...]


class LintedFile(NamedTuple):
    """One file with findings."""

    name: str
    counts: str
    places: tuple[LintedLine, ...]


def page(result: LintResult, title: str, about: str = "") -> str:
    """Return the page of a run, as one file.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> even = "{conv: {filters: 4, kernel: 2, padding: same}}"
    >>> net = cnn.loads(f"{{cnn: 1, input: 8x8x3, layers: [{even}]}}")
    >>> text = page(cnn.lint(net), "Lint")
    >>> text.startswith("<!DOCTYPE html>"), "CV003" in text
    (True, True)
    """
    return render(
        "lint.html.j2",
        title=title,
        about=about,
        conclusion=closing(result),
        files=[_file(file, name) for file, name in zip(result.files, _names(result), strict=True)],
    )


def _names(result: LintResult) -> list[str]:
    """Return what each file is called, with its folder only where that tells it from another."""
    short = [base_name(file.name) for file in result.files]
    often = Counter(short)
    return [
        name if often[name] == 1 else file.name
        for file, name in zip(result.files, short, strict=True)
    ]


def _file(file: FileResult, name: str) -> LintedFile:
    numbers = [
        count_of(n, severity) if severity != "info" else f"{n} info"
        for severity in SEVERITIES
        if (n := sum(f.severity == severity for f in file.findings))
    ]
    return LintedFile(name, ", ".join(numbers), tuple(_places(file)))


def _places(file: FileResult) -> Iterator[LintedLine]:
    """Yield the places of a file, each with all findings that point at it."""
    by_place: dict[tuple[int, int, int], list[Finding]] = {}
    for finding in file.findings:
        mark = finding.mark or Mark(file.source, 0, 1)
        by_place.setdefault((mark.line, mark.column, mark.length), []).append(finding)
    for (line, column, length), findings in sorted(by_place.items(), key=lambda item: item[0]):
        text = file.source.lines[line - 1] if 0 < line <= len(file.source.lines) else ""
        start, end = column - 1, column - 1 + length
        lead = "".join("\t" if c == "\t" else " " for c in text[:start])
        carets = lead + "^" * max(1, min(length, len(text) - start))
        yield LintedLine(line, text[:start], text[start:end], text[end:], carets, _said(findings))


def _said(findings: list[Finding]) -> tuple[LintedFinding, ...]:
    return tuple(
        LintedFinding(
            f.code,
            f.name,
            f.severity,
            TONES[f.severity],
            f.message,
            instances(f) or f.path,
            ", ".join(f"{name} = {say(value)}" for name, value in f.values),
            f.help,
            "" if f.fix is None else f.fix.message,
            "" if f.fix is None else f.fix.unsafe,
        )
        for f in findings
    )
