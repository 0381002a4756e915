"""Mending: the safe fixes of findings put into the text, until nothing is left to mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Source
from cnnanalyze.language.build import Attempt, attempt
from cnnanalyze.language.recognition import looks_like_spec
from cnnanalyze.linting.edit_check import change, is_confined, touch
from cnnanalyze.linting.engine import lint_attempt
from cnnanalyze.linting.finding import Edit, Finding
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.settings import Settings
from cnnanalyze.linting.suppression import comment_edits

MOST_ROUNDS = 20
"""A fix that makes room for another one that makes room for the first must end some time."""


@dataclass(frozen=True)
class FixedText:
    """A text with its fixes put in, and what is still wrong with it."""

    before: Source
    after: Source
    count: int
    """How many fixes were put in."""
    result: FileResult
    rounds: tuple[tuple[Edit, ...], ...] = ()
    """What was edited, one after the other: each round speaks of the text after the one before."""


def apply_fixes(
    source: Source,
    folder: Path | None,
    settings: Settings,
    parameters: Mapping[str, Any] | None = None,
    *,
    with_unsafe: bool = False,
) -> FixedText:
    """Put in every safe fix, again and again until no finding has one.

    Fixes that overlap wait for the next round. After each the text is read again: a fix is left out
    if the text then differs anywhere but where it was edited, has more faults, gives other output
    shapes, or breaks a claim or a budget that holds.

    Parameters
    ----------
    source
        The text.
    folder
        The folder in whose tree ``extends`` may name files.
    settings
        Which rules are on, and how.
    parameters
        Values for the spec's parameters, instead of their defaults.
    with_unsafe
        Whether fixes are put in that make a claim or a budget of the spec fail.
    """
    text, read = source, attempt(source, parameters, folder)
    rounds: list[tuple[Edit, ...]] = []
    count = 0
    result = lint_attempt(text, read, folder, settings, parameters)
    refused: set[tuple[str, str]] = set()
    for _ in range(MOST_ROUNDS):
        open_ = [
            f
            for f in result.findings
            if f.fix is not None
            and (with_unsafe or not f.fix.unsafe)
            and (f.mark is None or f.mark.source.name == source.name)
            and (f.code, f.fix.message + f.path) not in refused
        ]
        chosen = _apart(open_)
        if not chosen:
            break

        def put_in(
            findings: list[Finding], text: Source = text, read: Attempt = read
        ) -> tuple[Source, Attempt] | None:
            """Return the text with fixes and what is read in it, if they may be put in."""
            new = Source(text.name, change(text.text, _edits(findings)))
            if not is_confined(text.text, new.text, _edits(findings)):
                return None
            after = attempt(new, parameters, folder)
            return (new, after) if _is_kept(read, after) else None

        changed = put_in(chosen)
        if changed is None:
            for finding in _apart(open_):
                chosen = [finding]
                if (changed := put_in(chosen)) is not None:
                    break
                assert finding.fix is not None
                refused.add((finding.code, finding.fix.message + finding.path))
        if changed is not None:
            count += len(chosen)
            rounds.append(_edits(chosen))
            text, read = changed
            result = lint_attempt(text, read, folder, settings, parameters)
    return FixedText(source, text, count, result, tuple(rounds))


def excuse(
    source: Source,
    folder: Path | None,
    settings: Settings,
    parameters: Mapping[str, Any] | None = None,
    reason: str = "",
) -> FixedText:
    """Write a comment behind every line with findings that may be ignored."""
    from cnnanalyze.linting.selection import is_always_on  # noqa: PLC0415 - not every run needs it

    read = attempt(source, parameters, folder)
    result = lint_attempt(source, read, folder, settings, parameters)
    unchanged = FixedText(source, source, 0, result)
    chosen = [
        f
        for f in result.findings
        if f.mark is not None
        and f.mark.source.name == source.name
        and f.code in settings.known
        and not is_always_on(settings.known[f.code])
        and f.code != "SP010"
    ]
    if not looks_like_spec(source.text, folder):  # it was named, and is not ours to change
        chosen = []
    edits = comment_edits(source, chosen, reason)
    if not is_confined(source.text, change(source.text, edits), edits):
        # Inside of a text that goes over several lines a comment would be a part of it.
        edits = [e for e in edits if is_confined(source.text, change(source.text, [e]), [e])]
    if not edits:
        return unchanged
    after = Source(source.name, change(source.text, edits))
    read_after = attempt(after, parameters, folder)
    if not _is_kept(read, read_after):
        return unchanged
    result = lint_attempt(after, read_after, folder, settings, parameters)
    lines = {edit.line for edit in edits}
    count = sum(f.mark is not None and f.mark.line in lines for f in chosen)
    return FixedText(source, after, count, result, (tuple(edits),))


def _outputs(found: Attempt) -> list[Shape] | None:
    network = found.network
    return None if network is None else [network.shape_of(i) for i in network.outputs]


def _is_kept(before: Attempt, after: Attempt) -> bool:
    """Whether a changed text is as readable as before, and gives outputs of the same shapes."""
    known = {fault.message for fault in before.faults}
    if len(after.faults) > len(before.faults) or any(f.message not in known for f in after.faults):
        return False
    return before.network is None or _outputs(before) == _outputs(after)


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings whose edits do not touch, the first ones of the text winning."""
    chosen: list[Finding] = []
    taken: list[Edit] = []
    for finding in findings:
        assert finding.fix is not None
        if not touch(finding.fix.edits, taken):
            chosen.append(finding)
            taken += finding.fix.edits
    return chosen


def _edits(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    return tuple(edit for f in findings if f.fix is not None for edit in f.fix.edits)
