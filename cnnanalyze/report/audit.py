"""Audits in words and as data: each claim, and what explains those that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnnanalyze.auditing.tables import ENDING as TABLE
from cnnanalyze.auditing.verdict import OUTCOMES, Audit, Verdict
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.language.claims import Claim
from cnnanalyze.language.spec import key_of
from cnnanalyze.report.json import plain
from cnnanalyze.report.numbers import exact

MARKS = {
    "holds": "✓",
    "holds under": "≈",
    "wrong": "✗",
    "not reproduced": "?",
    "right though marked wrong": "!",
}
MOST = 3
"""Causes that are printed; further ones are only counted. JSON has them all."""


def verdict_of(row: Verdict) -> str:
    """Return the verdict in words.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.auditing.examine import audit
    >>> text = (
    ...     "{cnn: 1, input: 9x7x1, layers: [bn], expect: [{source: me, total: {parameters: 2}}]}"
    ... )
    >>> verdict_of(audit(cnn.loads(text)).rows[0])
    'holds'
    """
    if row.outcome == "holds under":
        return f"holds under the convention {row.convention}"
    if row.outcome == "not reproduced":
        return "cannot be reproduced"
    return row.outcome


def subject_of(claim: Claim) -> str:
    """Return what a figure measures."""
    quantity = "MACs" if claim.quantity == "macs" else claim.words
    return f"{claim.layer} {quantity}".strip()


def source_of(row: Verdict) -> str:
    """Return who printed the figure, and under which settings."""
    said = key_of(row.claim.settings)
    return f"{row.claim.source} ({said})" if said else row.claim.source


def causes_of(row: Verdict, most: int | None = MOST) -> Iterator[str]:
    """Return, for a figure that does not hold by itself, what reproduces it, in words."""
    shown = row.causes[:most]
    for cause in shown:
        yield f"{cause.computed} {cause.words}"
    if len(row.causes) > len(shown):
        yield f"{count_of(len(row.causes) - len(shown), 'further explanation')}; json has them all"


def doubt_of(row: Verdict) -> str:
    """Return why an explanation may be a coincidence."""
    digits = count_of(row.claim.figure.digits if row.claim.figure else 0, "digit")
    return f"{count_of(row.tried, 'count')} tried against {digits}"


def remarks_on(row: Verdict, most: int | None = MOST) -> Iterator[str]:
    """Return what has to be said below a figure."""
    yield from causes_of(row, most)
    if row.may_be_chance:
        yield f"may be chance: {doubt_of(row)}"
    if row.claim.reason:
        file = "table" if row.claim.mark.source.name.endswith(TABLE) else "spec"
        yield f"the {file} says: {row.claim.reason}"
    if row.is_fine:
        return
    if row.outcome == "right though marked wrong":
        yield f"{row.claim.mark}: it is marked wrong, but it holds; remove the mark"
    elif row.outcome == "holds under":
        yield f"{row.claim.mark}: write into the spec: 'convention: {row.convention}'"
    else:
        yield f"{row.claim.mark}: the figure does not hold and is not marked wrong"


def conclude(audit: Audit) -> str:
    """Summarise the audit of a spec in one line.

    Examples
    --------
    >>> conclude(Audit("Tiny", ()))
    'no figure is claimed'
    """
    if not audit.rows:
        return "no figure is claimed"
    words = {
        "holds": ("holds", "hold"),
        "holds under": ("holds under a convention", "hold under a convention"),
        "wrong": ("is wrong and explained", "are wrong and explained"),
        "not reproduced": ("cannot be reproduced", "cannot be reproduced"),
        "right though marked wrong": ("is marked wrong but holds", "are marked wrong but hold"),
    }
    parts = [
        f"{exact(n)} {words[outcome][n > 1]}" for outcome in OUTCOMES if (n := audit.count(outcome))
    ]
    unexpected = sum(not row.is_fine for row in audit.rows)
    text = f"{count_of(len(audit.rows), 'figure')}: {', '.join(parts)}"
    return f"{text}; {exact(unexpected)} not as marked" if unexpected else text


def conclude_all(audits: Sequence[Audit]) -> str:
    """Summarise several audits in one line."""
    everything = Audit("all", tuple(row for audit in audits for row in audit.rows))
    return f"{count_of(len(audits), 'spec')}, {conclude(everything)}"


def to_dict(audits: Sequence[Audit]) -> dict[str, Any]:
    """Return audits as plain data, with everything that explains a figure."""
    return {
        "schema": VERSIONS["audit"],
        "fine": all(audit.is_fine for audit in audits),
        "audits": [
            {
                "name": audit.name,
                "fine": audit.is_fine,
                "outcomes": {outcome: audit.count(outcome) for outcome in OUTCOMES},
                "claims": [_claim(row) for row in audit.rows],
            }
            | ({"remarks": list(audit.remarks)} if audit.remarks else {})
            for audit in audits
        ],
    }


def _claim(row: Verdict) -> dict[str, Any]:
    claim = row.claim
    return {
        "network": row.network,
        "quantity": claim.key,
        "layer": claim.layer,
        "settings": {name: plain(value) for name, value in claim.settings},
        "printed": claim.printed,
        "computed": row.computed,
        "outcome": row.outcome,
        "convention": row.convention or claim.convention,
        "marked": claim.verdict,
        "reason": claim.reason,
        "fine": row.is_fine,
        "tried": row.tried,
        "may_be_chance": row.may_be_chance,
        "causes": [
            {"words": c.words, "computed": c.computed, "convention": c.convention}
            for c in row.causes
        ],
        "source": claim.source,
        "place": str(claim.mark),
    }
