"""Budgets as a document: limits with their verdicts, what grew, and in which layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.spelling import count_of
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
from cnnanalyze.report.document import (
    Block,
    Document,
    Facts,
    Heading,
    Inline,
    Items,
    Paragraph,
    Tabular,
    joined,
    lines,
    strong,
)
from cnnanalyze.report.numbers import exact, fraction, percent, signed
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.table import Cell, Status, Table, cells_of
from cnnanalyze.report.table import Heading as Column

MOST_LAYERS = 10
"""Layers that grew, of one network, that are printed; a wider network grows everywhere."""


class Outcome(NamedTuple):
    """The budgets of one network, checked."""

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
    Column("budget", "budget", "left"),
    Column("layer", "layer", "left", role="group"),
    Column("measured", "measured", "right"),
    Column("limit", "limit", "right"),
    Column("share", "share", "right"),
    Column("verdict", "verdict", "left", role="status"),
)
_GROWTH = (
    Column("quantity", "against the baseline", "left"),
    Column("before", "before", "right"),
    Column("now", "now", "right"),
    Column("change", "change", "right"),
    Column("verdict", "verdict", "left", role="status"),
)
_LAYERS = (
    Column("layer", "layer that changed", "left"),
    *(Column(q, QUANTITIES[q].title, "right", i) for i, q in enumerate(OF_A_LAYER)),
)


def document(outcomes: Sequence[Outcome], errors: Sequence[str] = ()) -> Document:
    """Return the checked budgets of networks as a document."""
    blocks = [block for outcome in outcomes for block in budget_blocks(outcome)]
    if len(outcomes) > 1:
        blocks.append(Paragraph(strong(conclude(outcomes))))
    return Document("Budgets", tuple(joined(blocks)), lambda: to_dict(outcomes, errors))


def conclude(outcomes: Sequence[Outcome]) -> str:
    """Return in one line which networks keep their budgets."""
    missed = [o.spec for o in outcomes if not o.is_kept]
    if not any(o.checks or o.comparison for o in outcomes):
        verdict = "nothing was checked"
    else:
        verdict = f"not within budget: {', '.join(missed)}" if missed else "all within budget"
    return f"{count_of(len(outcomes), 'network')}: {verdict}"


def budget_blocks(outcome: Outcome) -> Iterator[Block]:
    """Yield one network; if there is only one thing to say, in one line."""
    title = f"{'✓' if outcome.is_kept else '✗'} {outcome.name} ({outcome.spec})"
    tables, said = list(_tables(outcome)), list(_remarks(outcome))
    if not outcome.checks and outcome.comparison is None:
        said.append("no budgets, nothing to compare with")
    if not tables and len(said) == 1:
        yield Facts(((strong(title), said[0]),))
        return
    yield Heading(title, SECTION)
    yield from map(Tabular, tables)
    if said:
        yield Items(tuple(said))


def _tables(outcome: Outcome) -> Iterator[Table]:
    """Yield the tables of one network: its limits, its growth, the layers that changed."""
    if outcome.checks:
        order = {layer: n for n, layer in enumerate(dict.fromkeys(c.layer for c in outcome.checks))}
        checks = sorted(outcome.checks, key=lambda check: order[check.layer])
        rows = tuple(map(_budget_row, checks))
        statuses = tuple(Status(c.verdict, tone="" if c.is_kept else "bad") for c in checks)
        yield Table(_BUDGET, rows, statuses=statuses)
    comparison = outcome.comparison
    if comparison is None:
        return
    changed = [g for g in comparison.totals if g.before != g.now]
    if changed:
        statuses = tuple(Status(_verdict(g), tone="" if g.is_allowed else "bad") for g in changed)
        yield Table(_GROWTH, tuple(map(_growth_row, changed)), statuses=statuses)
    if comparison.layers:
        yield Table(_LAYERS, tuple(map(_layer_row, comparison.layers[:MOST_LAYERS])))


def _remarks(outcome: Outcome) -> Iterator[Inline]:
    """Yield what is wrong, with its place, and what else there is to say."""
    for check in outcome.checks:
        if not check.is_kept:
            place = f"{check.limit.mark}: " if is_placed(check.limit.mark) else ""
            parts = [f"{place}{sentence(check)}"]
            if help_ := remedy(check):
                parts.append(f"help: {help_}")
            if check.verdict == "over" and check.largest:
                parts.append(f"most of it: {', '.join(_largest(check))}")
            yield lines(*parts)
    comparison = outcome.comparison
    if comparison is None:
        return
    if not any(g.before != g.now for g in comparison.totals):
        yield "nothing changed against the baseline"
    if (more := len(comparison.layers) - MOST_LAYERS) > 0:
        yield f"and {exact(more)} more layers changed; --format json has them all"


def _largest(check: Check) -> Iterator[str]:
    """Yield the layers that have most of a quantity, each with its share."""
    for name, number in check.largest:
        yield f"{name} {exact(number)} ({_percent(percent(number, check.measured or 0))})"


def is_placed(mark: Mark) -> bool:
    """Whether a limit has a place in a text, and not only in a configuration."""
    return bool(mark.source.text)


def _budget_row(check: Check) -> tuple[Cell, ...]:
    limit = check.limit
    sign = "≤" if limit.is_upper else "≥"
    return cells_of(
        noun(limit),
        check.layer or _WHOLE,
        Cell(check.measured, "?" if check.measured is None else exact(check.measured)),
        Cell(limit.value, f"{sign} {limit.written}"),
        Cell(check.share, "" if check.share is None else _percent(check.share)),
        check.verdict,
    )


def _growth_row(growth: Growth) -> tuple[Cell, ...]:
    change = growth.now - growth.before
    share = growth.percent
    relative = "" if share is None else f" ({_relative(share)})"
    return cells_of(
        noun(usual_limit(growth.quantity)),
        Cell(growth.before, exact(growth.before)),
        Cell(growth.now, exact(growth.now)),
        Cell(change, f"{signed(change)}{relative}"),
        _verdict(growth),
    )


def _verdict(growth: Growth) -> str:
    if not growth.is_allowed:
        return "grew"
    return "allowed" if growth.now > growth.before else "shrank"


def _layer_row(growth: LayerGrowth) -> tuple[Cell, ...]:
    state = " (new)" if growth.before is None else " (removed)" if growth.now is None else ""
    changes = [growth.change(q) for q in OF_A_LAYER]
    return cells_of(growth.layer + state, *(Cell(c, signed(c)) for c in changes))


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
        "quantity": limit.key,
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
