"""Audits for readers: claim by claim, by source, with what explains those that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from cnnanalyze.auditing.verdict import OUTCOMES, Audit, Verdict
from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.report.numbers import count_of, exact
from cnnanalyze.report.terminal import GAP, Lines, Stretch

MARKS = {
    "holds": "✓",
    "holds under": "≈",
    "wrong": "✗",
    "not reproduced": "?",
    "right though marked wrong": "!",
}
COLOURS = {"holds": "", "holds under": "cyan", "wrong": "yellow", "not reproduced": "yellow"}
WRONG = "bold red"
"""The colour of what is not as the spec says."""
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


def subject_of(row: Verdict) -> str:
    """Return what the figure speaks of."""
    quantity = row.claim.quantity.replace("_", " ")
    if row.claim.quantity == "macs":
        quantity = "MACs"
    return f"{row.claim.layer} {quantity}".strip()


def source_of(row: Verdict) -> str:
    """Return who printed the figure, and under which settings."""
    from cnnanalyze.language.spec import key_of  # noqa: PLC0415 - what is drawn may do without

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
    """Return what speaks against an explanation that explains nothing else."""
    digits = count_of(row.claim.figure.digits if row.claim.figure else 0, "digit")
    return f"{count_of(row.tried, 'count')} tried against {digits}"


def remarks_on(row: Verdict) -> Iterator[str]:
    """Return what has to be said below a figure."""
    yield from causes_of(row)
    if row.may_be_chance:
        yield f"may be chance: {doubt_of(row)}"
    if row.claim.reason:
        yield f"the spec says: {row.claim.reason}"
    if row.is_fine:
        return
    if row.outcome == "right though marked wrong":
        yield f"{row.claim.mark}: it is marked wrong, but it holds; take the mark away"
    elif row.outcome == "holds under":
        yield f"{row.claim.mark}: say so in the spec: 'convention: {row.convention}'"
    else:
        yield f"{row.claim.mark}: the figure does not hold and is not marked wrong"


def conclude(audit: Audit) -> str:
    """Say in one line how it stands with a spec.

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


class Audits(Lines):
    """Audits for a terminal: one in full, of several only what does not simply hold."""

    def __init__(self, audits: Sequence[Audit]) -> None:
        self.audits = audits

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out every audit, and a line about all of them."""
        for audit in self.audits:
            yield from _lines_of(audit, width, whole=len(self.audits) == 1)
        if len(self.audits) > 1:
            yield [(conclude_all(self.audits), "bold")]


def conclude_all(audits: Sequence[Audit]) -> str:
    """Say in one line how it stands with all specs."""
    everything = Audit("all", tuple(row for audit in audits for row in audit.rows))
    return f"{count_of(len(audits), 'spec')}, {conclude(everything)}"


BESIDE = 24
"""The cells that a sentence needs beside the name of a network."""


def _lines_of(audit: Audit, width: int, *, whole: bool) -> Iterator[list[Stretch]]:
    said, room = conclude(audit), width - cells(audit.name) - len(GAP)
    if room < BESIDE:
        yield [(audit.name, "bold")]
        yield from ([(part, "")] for part in wrap(said, width, first=GAP, rest=GAP))
    else:
        first, *others = wrap(said, room) or [""]
        yield [(audit.name, "bold"), (f"{GAP}{first}", "")]
        for part in others:
            yield [(f"{'':{cells(audit.name)}}{GAP}{part}", "")]
    for remark in audit.remarks:
        for part in wrap(remark, width - 2):
            yield [(f"  {part}", "dim")]
    rows = [row for row in audit.rows if whole or not row.holds_as_said]
    if not rows:
        return
    subjects = min(40, max(cells(subject_of(row)) for row in rows))
    printed = max(cells(row.claim.printed) for row in rows)
    computed = max(len(row.computed) for row in rows)
    for source, members in groupby(rows, key=source_of):
        yield []
        for part in wrap(source, width - 2):
            yield [(f"  {part}", "dim")]
        for row in members:
            colour = COLOURS.get(row.outcome, "") if row.is_fine else WRONG
            start = (
                f"  {MARKS[row.outcome]} {pad(subject_of(row), subjects)}{GAP}"
                f"{pad(row.claim.printed, printed, right=True)}{GAP}{row.computed:>{computed}}{GAP}"
            )
            said = verdict_of(row)
            if cells(start) + cells(said) > width:
                said = said.replace("under the convention", "under")
            yield [(start, ""), (said, colour)]
            if row.outcome != "holds" or not row.is_fine:
                for remark in remarks_on(row):
                    for i, part in enumerate(wrap(remark, max(24, width - 8))):
                        yield [(f"      {'' if i == 0 else '  '}{part}", "dim")]
    yield []


# --- other formats --------------------------------------------------------------------------------


def to_markdown(audits: Sequence[Audit]) -> str:
    """Write audits as Markdown: one table for each spec, every figure a row."""
    from cnnanalyze.report.markdown import escape, write  # noqa: PLC0415 - for this format only

    parts = [
        f"### {escape(audit.name)}\n\n{escape('. '.join([conclude(audit), *audit.remarks]))}\n\n"
        f"{write(tabulate(audit))}"
        for audit in audits
    ]
    return "\n".join(parts)


def tabulate(audit: Audit) -> Any:  # noqa: ANN401 - a table of the report, which loads late
    """Return an audit as a table."""
    from cnnanalyze.report.table import Cell, Heading, Table  # noqa: PLC0415

    heads = ("figure", "printed", "computed", "verdict", "what reproduces it", "source")
    aligned = ("left", "right", "right", "left", "left", "left")

    def cells(row: Verdict) -> tuple[Cell, ...]:
        why = "; ".join(f"{c.words} ({c.computed})" for c in row.causes)
        if row.may_be_chance:
            why = f"{why}; may be chance, {doubt_of(row)}"
        texts = (
            subject_of(row),
            row.claim.printed,
            row.computed,
            f"{verdict_of(row)}{'' if row.is_fine else ' (not as marked)'}",
            why,
            source_of(row),
        )
        return tuple(Cell(text, text) for text in texts)

    return Table(
        tuple(
            Heading(head, head, align)  # type: ignore[arg-type]  # words of Align
            for head, align in zip(heads, aligned, strict=True)
        ),
        tuple(cells(row) for row in audit.rows),
    )


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
    from cnnanalyze.report.json import plain  # noqa: PLC0415 - for this format only

    claim = row.claim
    return {
        "network": row.network,
        "quantity": claim.quantity,
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


def render(audits: Sequence[Audit], format: str, width: int | None = None) -> str:  # noqa: A002
    """Return audits as text: a table, Markdown or JSON."""
    if format == "json":
        from cnnanalyze.report.json import dump  # noqa: PLC0415

        return dump(to_dict(audits))
    if format == "markdown":
        return to_markdown(audits)
    from cnnanalyze.report.terminal import terminal_width  # noqa: PLC0415

    return Audits(audits).plain(width or terminal_width())
