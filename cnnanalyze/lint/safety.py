"""Safety of fixes: which of them would make a claim or a budget of the spec itself fail?

What a network computes stays the same under every fix, but what it costs may change: the biases
that a normalisation takes away are counted in the figures that a spec claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.crosscheck.budget import check_budgets, noun
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.errors import Source
from cnnanalyze.graph.build import attempt
from cnnanalyze.graph.network import Network
from cnnanalyze.lint.confine import change
from cnnanalyze.lint.finding import Fix
from cnnanalyze.lint.result import FileResult

MOST = 16
"""How many fixes are tried one by one, beside those that break nothing, if not all are good."""


def weigh_fixes(
    result: FileResult,
    network: Network | None,
    folder: Path | None,
    parameters: Mapping[str, Any] | None,
) -> FileResult:
    """Return the result with every fix marked that makes something fail which holds now."""
    if network is None or not (network.claims or network.document.budgets):
        return result
    name = result.source.name
    fixes = [f.fix for f in result.findings if f.fix and f.mark and f.mark.source.name == name]
    if not fixes:
        return result

    def why(fixes: Sequence[Fix]) -> str | None:
        edits = [edit for fix in fixes for edit in fix.edits]
        text = Source(name, change(result.source.text, edits))
        after = attempt(text, parameters, folder).network
        return None if after is None else _broken(network, after)

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
        f._replace(fix=f.fix._replace(unsafe=reasons.get(f.fix, ""))) if f.fix else f
        for f in result.findings
    )
    return result._replace(findings=findings)


def _broken(before: Network, after: Network) -> str:
    """Return what holds of a network and not of a changed one; nothing if all of it still does."""
    old, new = analyze(before), analyze(after)
    for one, other in zip(check_claims(old), check_claims(new), strict=False):
        if one.is_fine and not other.is_fine:
            claim = one.claim
            of = f" of {claim.layer}" if claim.layer else ""
            return (
                f"the claim in line {claim.mark.line}, {claim.printed} "
                f"{claim.quantity.replace('_', ' ')}{of}, would not hold any more"
            )
    checks = check_budgets(old, before.document.budgets)
    for kept, broken in zip(checks, check_budgets(new, after.document.budgets), strict=False):
        if kept.is_kept and not broken.is_kept:
            limit = kept.limit
            return f"the budget for {noun(limit)} in line {limit.mark.line} would not be kept"
    return ""
