"""Budgets for readers: limits with their verdicts, what grew, and the layers behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.crosscheck.baseline import (
    OF_A_LAYER,
    BaselineComparison,
    Growth,
    LayerGrowth,
    usual_limit,
)
from cnnanalyze.crosscheck.budget import Check, noun, remedy, sentence
from cnnanalyze.errors import Mark
from cnnanalyze.report.numbers import exact, fraction, percent
from cnnanalyze.report.table import Cell, Heading, Table

MOST_LAYERS = 10
"""Layers that grew, of one network, that are printed; a wider network grows everywhere."""


class Outcome(NamedTuple):
    """How it stands with the budgets of one network."""

    name: str
    spec: str
    checks: tuple[Check, ...]
    comparison: BaselineComparison | None = None
    """Against the baseline; nothing if it has no entry."""

    @property
    def is_kept(self) -> bool:
        """Whether every limit is kept and nothing grew more than allowed."""
        return all(c.is_kept for c in self.checks) and not (
            self.comparison and self.comparison.grown
        )


_WHOLE = "(network)"
_BUDGET = (
    Heading("budget", "budget", "left"),
    Heading("layer", "layer", "left", 1),
    Heading("measured", "measured", "right"),
    Heading("limit", "limit", "right"),
    Heading("share", "share", "right", 2),
    Heading("verdict", "verdict", "left"),
)
_GROWTH = (
    Heading("quantity", "against the baseline", "left"),
    Heading("before", "before", "right"),
    Heading("now", "now", "right"),
    Heading("change", "change", "right"),
    Heading("verdict", "verdict", "left"),
)
_LAYERS = (
    Heading("layer", "layer that changed", "left"),
    *(Heading(q, QUANTITIES[q].title, "right", i) for i, q in enumerate(OF_A_LAYER)),
)


def tables(outcome: Outcome, width: int = 0) -> Iterator[Table]:
    """Yield the tables of one network: its limits, its growth, the layers that changed.

    With a width too small for them, limits name their layer in the first column, which is shortened
    where it has to be: a column of its own would be left out, and rows would look alike.
    """
    if outcome.checks:
        table = Table(_BUDGET, tuple(map(_budget_row, outcome.checks)))
        needed = sum(table.widths()) + 2 * (len(_BUDGET) - 1)
        yield table if not width or needed <= width else _narrow(table)
    comparison = outcome.comparison
    if comparison is None:
        return
    changed = [g for g in comparison.totals if g.before != g.now]
    if changed:
        yield Table(_GROWTH, tuple(map(_growth_row, changed)))
    if comparison.layers:
        yield Table(_LAYERS, tuple(map(_layer_row, comparison.layers[:MOST_LAYERS])))


def remarks(outcome: Outcome) -> Iterator[str]:
    """Yield what is wrong in whole sentences with their places, and how it stands otherwise."""
    for check in outcome.checks:
        if not check.is_kept:
            place = f"{check.limit.mark}: " if is_placed(check.limit.mark) else ""
            yield f"{place}{sentence(check)}"
            if help_ := remedy(check):
                yield f"    help: {help_}"
            if behind := _behind(check):
                yield behind
    comparison = outcome.comparison
    if comparison is None:
        return
    if not any(g.before != g.now for g in comparison.totals):
        yield "nothing changed against the baseline"
    if (more := len(comparison.layers) - MOST_LAYERS) > 0:
        yield f"and {exact(more)} more layers changed; --format json has them all"


def is_placed(mark: Mark) -> bool:
    """Whether a limit has a place in a text, and not only in a configuration."""
    return bool(mark.source.text)


def _behind(check: Check) -> str:
    if check.verdict != "over" or not check.largest:
        return ""
    parts = [
        f"{name} {exact(n)} ({_percent(percent(n, check.measured or 0))})"
        for name, n in check.largest
    ]
    return f"    most of it: {', '.join(parts)}"


def _narrow(table: Table) -> Table:
    """Return a table of limits with what is limited and the layer in one column."""
    rows = tuple((_text(_of(*row[:2])), *row[2:]) for row in table.rows)
    return Table((_BUDGET[0], *_BUDGET[2:]), rows)


def _of(budget: Cell, layer: Cell) -> str:
    return budget.text if layer.text == _WHOLE else f"{layer.text}: {budget.text}"


def _budget_row(check: Check) -> tuple[Cell, ...]:
    limit = check.limit
    sign = "≤" if limit.is_upper else "≥"
    return (
        _text(noun(limit)),
        _text(check.layer or _WHOLE),
        Cell(check.measured, "?" if check.measured is None else exact(check.measured)),
        Cell(limit.value, f"{sign} {limit.written}"),
        Cell(check.share, "" if check.share is None else _percent(check.share)),
        _text(check.verdict),
    )


def _growth_row(growth: Growth) -> tuple[Cell, ...]:
    change = growth.now - growth.before
    share = growth.percent
    relative = "" if share is None else f" ({_relative(share)})"
    verdict = "grew" if not growth.is_allowed else "allowed" if change > 0 else "shrank"
    return (
        _text(noun(usual_limit(growth.quantity))),
        Cell(growth.before, exact(growth.before)),
        Cell(growth.now, exact(growth.now)),
        Cell(change, f"{_signed(change)}{relative}"),
        _text(verdict),
    )


def _layer_row(growth: LayerGrowth) -> tuple[Cell, ...]:
    state = " (new)" if growth.before is None else " (gone)" if growth.now is None else ""
    changes = [growth.change(q) for q in OF_A_LAYER]
    return (_text(growth.layer + state), *(Cell(c, _signed(c) if c else "") for c in changes))


def _text(words: str) -> Cell:
    return Cell(words, words)


def _signed(number: int) -> str:
    return f"{'+' if number > 0 else '−' if number else ''}{exact(abs(number))}"


def _percent(share: Fraction) -> str:
    return f"{float(share):.1f} %"


def _relative(change: Fraction) -> str:
    """Return a change that is not nothing, and says so however small it is."""
    if abs(change) < Fraction(1, 20):
        return "less than 0.1 %"
    return f"{'+' if change > 0 else '−'}{_percent(abs(change))}"


def to_dict(outcomes: Sequence[Outcome], errors: Sequence[str]) -> dict[str, Any]:
    """Return everything as plain data."""
    return {
        "schema": VERSIONS["budget"],
        "within": not errors and all(o.is_kept for o in outcomes),
        "networks": [_network(o) for o in outcomes],
        "errors": list(errors),
    }


def _network(outcome: Outcome) -> dict[str, Any]:
    comparison = outcome.comparison
    return {
        "name": outcome.name,
        "spec": outcome.spec,
        "within": outcome.is_kept,
        "budgets": [_check(c) for c in outcome.checks],
        "baseline": None
        if comparison is None
        else {
            "totals": [
                {**g._asdict(), "change": g.now - g.before, "percent": _float(g.percent)}
                for g in comparison.totals
            ],
            "layers": [g._asdict() for g in comparison.layers],
        },
    }


def _check(check: Check) -> dict[str, Any]:
    limit = check.limit
    return {
        "quantity": limit.quantity,
        "layer": check.layer,
        "pattern": limit.layer,
        "bound": "at_most" if limit.is_upper else "at_least",
        "limit": limit.value,
        "written": limit.written,
        "convention": limit.convention,
        "dtype": limit.dtype,
        "measured": check.measured,
        "percent": _float(check.share),
        "verdict": check.verdict,
        "place": str(limit.mark) if is_placed(limit.mark) else limit.mark.source.name,
        "largest": [list(pair) for pair in check.largest],
    }


def _float(share: Fraction | None) -> float | int | str | None:
    return None if share is None else fraction(share) if share.denominator == 1 else float(share)
