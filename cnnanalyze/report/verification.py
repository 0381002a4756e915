"""Verification in words and as data: what was compared, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.crosscheck.claims import ClaimCheck
from cnnanalyze.crosscheck.result import Balance
from cnnanalyze.errors import CnnError
from cnnanalyze.report.numbers import exact


def describe(balance: Balance) -> Iterator[str]:
    """Say what was compared in one line, and then whatever does not agree."""
    compared = ", ".join(f"{quantity} {exact(n)}" for quantity, n in balance.compared)
    checked = f"{count_of(balance.entries, 'entry', 'entries')} ({compared})"
    differing = len(balance.discrepancies)
    verdict = f"{exact(differing)} differ" if differing else "all balanced"
    mark = "✓" if balance.is_balanced else "✗"
    claims = _claims(balance)
    yield (
        f"{mark} {balance.name}: {count_of(balance.layers, 'layer')}, "
        f"{checked if balance.compared else 'nothing compared'}, {verdict}"
        + (f"; {claims}" if claims else "")
    )
    for found in balance.discrepancies[:MOST]:
        part = f" ({found.detail})" if found.detail else ""
        yield f"    {found.node}: {found.quantity}{part}"
        yield f"        by rule   {found.by_rule}"
        yield f"        observed  {found.observed}"
    if differing > MOST:
        yield f"    and {exact(differing - MOST)} more; --format json has them all"
    for check in balance.claims:
        if not check.is_fine:
            yield f"    {_failure(check)}"
    for remark in balance.remarks:
        yield f"    not checked: {remark}"


MOST = 20
"""Discrepancies that are printed for one network; a wrong rule differs in every layer."""


def _claims(balance: Balance) -> str:
    by_outcome: dict[str, int] = {}
    for check in balance.claims:
        by_outcome[check.outcome] = by_outcome.get(check.outcome, 0) + 1
    parts = []
    if holding := by_outcome.pop("holds", 0):
        parts.append(f"{count_of(holding, 'claim')} {'holds' if holding == 1 else 'hold'}")
    for outcome, word in (
        ("wrong as marked", "marked wrong"),
        ("fails", "failed"),
        ("right though marked wrong", "right though marked wrong"),
    ):
        if number := by_outcome.pop(outcome, 0):
            parts.append(
                f"{exact(number)} {word}" if parts else f"{count_of(number, 'claim')} {word}"
            )
    return ", ".join(parts)


def _subject(check: ClaimCheck) -> str:
    claim = check.claim
    what = f"{claim.quantity} in {claim.input}" if claim.input else claim.quantity
    of = f"{what} of {claim.layer}" if claim.layer else what
    return f"{of} under '{claim.convention}'" if claim.convention else of


def _failure(check: ClaimCheck) -> str:
    claim = check.claim
    outcome = (
        "but it is marked wrong"
        if check.outcome == "right though marked wrong"
        else "which does not agree"
    )
    return (
        f"{claim.mark}: {_subject(check)}: printed {claim.printed}, computed {check.computed}, "
        f"{outcome} ({claim.source})"
    )


def conclude(balances: Sequence[Balance], failed: Sequence[CnnError]) -> str:
    """Say in one line how it stands with all networks."""
    layers = sum(b.layers for b in balances)
    entries = sum(b.entries for b in balances)
    claims = sum(len(b.claims) for b in balances)
    wrong = [b.name for b in balances if not b.is_balanced]
    text = (
        f"{count_of(len(balances), 'network')}, {count_of(layers, 'layer')}, "
        f"{count_of(entries, 'entry', 'entries')}, {count_of(claims, 'claim')}: "
    )
    if not balances and failed:
        return f"{count_of(len(failed), 'network')} not verified, and none verified"
    text += f"not balanced: {', '.join(wrong)}" if wrong else "all balanced"
    return f"{text}; {exact(len(failed))} not verified" if failed else text


def to_dict(balances: Sequence[Balance], failed: Sequence[CnnError]) -> dict[str, Any]:
    """Return the outcome as plain data."""
    return {
        "schema": VERSIONS["verify"],
        "balanced": not failed and all(b.is_balanced for b in balances),
        "networks": [
            {
                "name": b.name,
                "layers": b.layers,
                "balanced": b.is_balanced,
                "entries": b.entries,
                "compared": dict(b.compared),
                "discrepancies": [asdict(d) for d in b.discrepancies],
                "claims": [_claim(c) for c in b.claims],
                "remarks": list(b.remarks),
            }
            for b in balances
        ],
        "errors": [str(error) for error in failed],
    }


def _claim(check: ClaimCheck) -> dict[str, Any]:
    claim = check.claim
    return {
        "quantity": claim.key,
        "layer": claim.layer,
        "printed": claim.printed,
        "computed": check.computed,
        "outcome": check.outcome,
        "convention": claim.convention,
        "verdict": claim.verdict,
        "reason": claim.reason,
        "source": claim.source,
        "place": str(claim.mark),
    }
