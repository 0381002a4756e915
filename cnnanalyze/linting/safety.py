"""Safety of fixes: which of them would make a claim or a budget of the spec itself fail?

What a network computes stays the same under every fix, but what it costs may change: the biases
that a normalisation takes away are counted in the figures that a spec claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.crosscheck.budget import Check, check_budgets, noun
from cnnanalyze.crosscheck.claims import ClaimCheck, check_claims
from cnnanalyze.errors import Source
from cnnanalyze.language.build import attempt
from cnnanalyze.language.spec import spec_of
from cnnanalyze.linting.edit_check import change
from cnnanalyze.linting.finding import Fix
from cnnanalyze.linting.result import FileResult

MOST = 16
"""How many fixes are tried one by one, beside those that break nothing, if not all are good."""


class Promises(NamedTuple):
    """How it stands with the claims and the budgets of a spec."""

    claims: Sequence[ClaimCheck]
    budgets: Sequence[Check]

    @classmethod
    def of(cls, analysis: Analysis) -> Promises:
        """Return those of a network that is analysed."""
        budgets = spec_of(analysis.network).budgets
        return cls(check_claims(analysis), check_budgets(analysis, budgets))


def weigh_fixes(
    result: FileResult,
    analysis: Analysis,
    folder: Path | None,
    parameters: Mapping[str, Any] | None,
) -> FileResult:
    """Return the result with every fix marked that makes something fail which holds now.

    Parameters
    ----------
    result
        What was found in a spec.
    analysis
        What the rules of the layers say of its network.
    folder, parameters
        As it was read with.
    """
    name = result.source.name
    fixes = [f.fix for f in result.findings if f.fix and f.mark and f.mark.source.name == name]
    if not fixes:
        return result

    before = Promises.of(analysis)

    def why(fixes: Sequence[Fix]) -> str | None:
        edits = [edit for fix in fixes for edit in fix.edits]
        text = Source(name, change(result.source.text, edits))
        after = attempt(text, parameters, folder).network
        return None if after is None else _broken(before, Promises.of(analyze(after)))

    if why(fixes) == "":
        return result
    kept: list[Fix] = []
    reasons: dict[Fix, str] = {}
    for number, fix in enumerate(fixes):
        if number >= MOST:
            reasons[fix] = "there are too many fixes to try each"
            continue
        reason = why([*kept, fix])
        if reason is None:  # it touches another one, and waits for the next round
            reason = why([fix])
        elif not reason:
            kept.append(fix)
        reasons[fix] = reason or ""
    findings = tuple(
        replace(f, fix=replace(f.fix, unsafe=reasons.get(f.fix, ""))) if f.fix else f
        for f in result.findings
    )
    return replace(result, findings=findings)


def _broken(before: Promises, after: Promises) -> str:
    """Return what holds before a change and not behind it; nothing if all of it still does."""
    for one, other in zip(before.claims, after.claims, strict=False):
        if one.is_fine and not other.is_fine:
            claim = one.claim
            of = f" of {claim.layer}" if claim.layer else ""
            return (
                f"the claim in line {claim.mark.line}, {claim.printed} "
                f"{claim.words}{of}, would not hold any more"
            )
    for kept, broken in zip(before.budgets, after.budgets, strict=False):
        if kept.is_kept and not broken.is_kept:
            limit = kept.limit
            return f"the budget for {noun(limit)} in line {limit.mark.line} would not be kept"
    return ""
