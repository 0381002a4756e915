"""Mending: the safe fixes of findings put into the text, until nothing is left to mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Source
from cnnanalyze.graph.build import Attempt, attempt
from cnnanalyze.lint.engine import lint_source
from cnnanalyze.lint.finding import Edit, Finding
from cnnanalyze.lint.result import FileResult
from cnnanalyze.lint.settings import Settings
from cnnanalyze.lint.suppress import add_comments

MOST_ROUNDS = 20
"""A fix that makes room for another one that makes room for the first must end some time."""


@dataclass(frozen=True)
class Mended:
    """A text with its fixes put in, and what is still wrong with it."""

    before: Source
    after: Source
    count: int
    """How many fixes were put in."""
    result: FileResult


def mend(
    source: Source,
    folder: Path | None,
    settings: Settings,
    parameters: Mapping[str, Any] | None = None,
) -> Mended:
    """Put in every safe fix, again and again until no finding has one.

    Fixes that overlap wait for the next round. After each the text is read again: a fix after which
    it has more faults, or gives other output shapes, is left out.
    """
    text, count = source, 0
    result = lint_source(source, folder, settings, parameters)
    refused: set[tuple[str, str]] = set()
    for _ in range(MOST_ROUNDS):
        open_ = [
            f
            for f in result.findings
            if f.fix is not None
            and (f.mark is None or f.mark.source.name == source.name)
            and (f.code, f.fix.message + f.path) not in refused
        ]
        chosen = _apart(open_)
        if not chosen:
            break
        known = attempt(text, parameters, folder)
        new = _put_in(text, chosen)
        if not _is_kept(known, attempt(new, parameters, folder)):
            chosen = []
            new = text
            for finding in _apart(open_):
                one = _put_in(text, [finding])
                if _is_kept(known, attempt(one, parameters, folder)):
                    new, chosen = one, [finding]
                    break
                assert finding.fix is not None
                refused.add((finding.code, finding.fix.message + finding.path))
        count += len(chosen)
        text = new
        result = lint_source(text, folder, settings, parameters)
    return Mended(source, text, count, result)


def excuse(
    source: Source,
    folder: Path | None,
    settings: Settings,
    parameters: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Mended:
    """Write a comment behind every line with findings that may be ignored."""
    from cnnanalyze.lint.select import is_always_on  # noqa: PLC0415 - not every run needs it

    found = lint_source(source, folder, settings, parameters).findings
    chosen = [
        f
        for f in found
        if f.mark is not None
        and f.mark.source.name == source.name
        and f.code in settings.known
        and not is_always_on(settings.known[f.code])
        and f.code != "SP010"
    ]
    after = Source(source.name, add_comments(source, chosen, reason))
    result = lint_source(after, folder, settings, parameters)
    if not _is_kept(attempt(source, parameters, folder), attempt(after, parameters, folder)):
        return Mended(source, source, 0, lint_source(source, folder, settings, parameters))
    return Mended(source, after, len(chosen), result)


def _outputs(found: Attempt) -> list[Shape] | None:
    network = found.network
    return None if network is None else [network.shape_of(i) for i in network.outputs]


def _is_kept(before: Attempt, after: Attempt) -> bool:
    """Whether a changed text is as readable as before, and gives outputs of the same shapes."""
    if len(after.faults) > len(before.faults):
        return False
    return before.network is None or _outputs(before) == _outputs(after)


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings whose edits do not touch, the first ones of the text winning."""
    chosen: list[Finding] = []
    taken: list[Edit] = []
    for finding in findings:
        assert finding.fix is not None
        if not any(_touch(a, b) for a in finding.fix.edits for b in taken):
            chosen.append(finding)
            taken += finding.fix.edits
    return chosen


def _touch(a: Edit, b: Edit) -> bool:
    return (a.line, a.column) <= (b.end_line, b.end_column) and (b.line, b.column) <= (
        a.end_line,
        a.end_column,
    )


def _put_in(source: Source, findings: Iterable[Finding]) -> Source:
    edits = [edit for f in findings if f.fix is not None for edit in f.fix.edits]
    return Source(source.name, change(source.text, edits))


def change(text: str, edits: Iterable[Edit]) -> str:
    r"""Return a text with stretches replaced; they must not overlap.

    Examples
    --------
    >>> change("- conv: 8\n- relu\n", [Edit(1, 9, 1, 10, "16"), Edit(2, 1, 3, 1, "")])
    '- conv: 16\n'
    """
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))

    for edit in sorted(edits, reverse=True):
        begin, end = offset(edit.line, edit.column), offset(edit.end_line, edit.end_column)
        text = text[:begin] + edit.text + text[end:]
    return text
