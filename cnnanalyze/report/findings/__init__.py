"""Findings as text, and in the forms that other tools read."""

from __future__ import annotations

from importlib import import_module

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.lint.result import Result

FORMATS = {
    "text": "for people: source line, caret, values, help",
    "concise": "one line for each finding",
    "json": "one object with everything",
    "jsonl": "one JSON object for each finding, one a line",
    "sarif": "SARIF 2.1.0, for code scanning",
    "github": "annotations of GitHub Actions",
    "gitlab": "a code quality report of GitLab",
    "junit": "JUnit XML, for whatever shows test results",
    "markdown": "a table for a pull request",
    "summary": "counts by rule, for the summary of a job",
}
"""Every format with its purpose; the module of that name holds the writer."""


_CLOSED = frozenset({"text", "concise", "github"})


def check_format(name: str) -> str:
    """Return the name of a format, or refuse it with the nearest known."""
    if name not in FORMATS:
        raise UsageError(
            f"there is no format '{name}'{nearest(name, tuple(FORMATS))}",
            help=f"the formats are {', '.join(FORMATS)}",
        )
    return name


def write(
    result: Result,
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
    module = import_module(f"{__name__}.{check_format(format)}")
    options: dict[str, object] = {"styling": styling, "width": width} if format == "text" else {}
    if format in _CLOSED:
        options["quiet"] = quiet
    written: str = module.write(result, **options)
    return written
