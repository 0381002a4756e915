"""Findings as text, and in the forms that other tools read.

It may import ``linting`` and below. Smallest example: :mod:`~cnnanalyze.report.findings.concise`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnnanalyze.linting.result import LintResult
from cnnanalyze.report import check_format


class TextLayout(NamedTuple):
    """How a text is laid out for who reads it."""

    styling: str
    width: int
    quiet: bool


def _text(result: LintResult, manner: TextLayout) -> str:
    from cnnanalyze.report.findings import text

    return text.write(result, styling=manner.styling, width=manner.width, quiet=manner.quiet)


def _concise(result: LintResult, manner: TextLayout) -> str:
    from cnnanalyze.report.findings import concise

    return concise.write(result, quiet=manner.quiet)


def _json(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import json

    return json.write(result)


def _jsonl(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import jsonl

    return jsonl.write(result)


def _sarif(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import sarif

    return sarif.write(result)


def _github(result: LintResult, manner: TextLayout) -> str:
    from cnnanalyze.report.findings import github

    return github.write(result, quiet=manner.quiet)


def _gitlab(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import gitlab

    return gitlab.write(result)


def _junit(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import junit

    return junit.write(result)


def _markdown(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import markdown

    return markdown.write(result)


def _html(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.page.lint import page

    return page(result, TITLES.get(result.command, TITLES["lint"])) + "\n"


TITLES = {"lint": "Lint", "check": "A model against its spec"}
"""What a page of findings is called, by the command that made them."""


def _summary(result: LintResult, _manner: TextLayout) -> str:
    from cnnanalyze.report.findings import summary

    return summary.write(result)


class Format(NamedTuple):
    """A form that findings can be written in."""

    purpose: str
    write: Callable[[LintResult, TextLayout], str]
    """Imports the module that writes it: a run needs one or two of them."""


FORMATS = {
    "text": Format("for people: source line, caret, values, help", _text),
    "concise": Format("one line for each finding", _concise),
    "json": Format("one object with everything", _json),
    "jsonl": Format("one JSON object for each finding, one a line", _jsonl),
    "sarif": Format("SARIF 2.1.0, for code scanning", _sarif),
    "github": Format("annotations of GitHub Actions", _github),
    "gitlab": Format("a code quality report of GitLab", _gitlab),
    "junit": Format("JUnit XML, for whatever shows test results", _junit),
    "markdown": Format("a table for a pull request", _markdown),
    "html": Format("a page, with the lines and what they are found for", _html),
    "summary": Format("counts by rule, for the summary of a job", _summary),
}
"""Every format by its name."""


def write(
    result: LintResult,
    format: str,  # noqa: A002 - the name of the option
    *,
    styling: str = "",
    width: int = 0,
    quiet: bool = False,
) -> str:
    """Return the result of a run as text in a format.

    Parameters
    ----------
    result
        What was found.
    format
        One of :data:`FORMATS`.
    styling
        What the terminal shows that the text is for: ``colour``, ``plain`` (bold and dim alone),
        or nothing.
    width
        The characters in a line of that terminal; with none lines are as long as they are.
    quiet
        Whether the line that sums up is left out, in the formats that have one.
    """
    check_format(format, tuple(FORMATS))
    return FORMATS[format].write(result, TextLayout(styling, width, quiet))
