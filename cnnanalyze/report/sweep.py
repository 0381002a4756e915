"""Sweeps as documents: what was gone through, what fell out and why, the front."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.quantities import of_network
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.crosscheck.budget import check_budgets
from cnnanalyze.drawing.svg import draw
from cnnanalyze.errors import UsageError
from cnnanalyze.language.build import vary
from cnnanalyze.language.sections import Budgets
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report import sweep_distribution
from cnnanalyze.report.budget import Outcome, budget_blocks
from cnnanalyze.report.columns import number_text
from cnnanalyze.report.document import (
    Abridged,
    Block,
    Code,
    Content,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Tabular,
)
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.sweep_scatter import Dot, describe, outline, svg
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.sweeping.distribution import Distribution
from cnnanalyze.sweeping.parameters import joined
from cnnanalyze.sweeping.plan import Objective, Plan, columns_of
from cnnanalyze.sweeping.result import Point, Summary, member_of, options_of, settings_of
from cnnanalyze.sweeping.space import Interval

SHOWN = 25
"""How many points of a front, and how many reasons, are printed for people."""
ON_PAGE = 1_000
"""How many points a page lists besides the front."""
DRAWN = 12
"""How many points of the front a page draws."""
_REASONS = {
    "refused": "the spec refuses it",
    "where": "a condition does not hold",
    "limit": "over a limit",
}


def document(summary: Summary) -> Document:
    """Return what a sweep came to as a document."""
    names = ", ".join(member.spec.name for member in summary.plan.members)
    return Document(f"Sweep of {names}", tuple(_blocks(summary)), lambda: as_data(summary))


def _blocks(summary: Summary) -> Iterator[Content]:
    plan = summary.plan
    names = ", ".join(f"{m.spec.name} ({m.name})" for m in plan.members)
    yield Heading(f"Sweep of {names}")
    yield Facts(tuple(_facts(summary)))
    if summary.excluded:
        yield Heading("What fell out", SECTION)
        yield Tabular(_excluded(summary))
        yield Paragraph("'--explain ID' tells of one point what it costs, and where.")
    if plan.pareto:
        yield from _front(summary)
    for distributions in _distributions(summary):
        yield from sweep_distribution.blocks(distributions)


def _distributions(summary: Summary) -> list[list[Distribution]]:
    """Return the distributions of each number, those of all specs together."""
    found: dict[str, list[Distribution]] = {}
    for (title, _), one in sorted(summary.distributions.items(), key=lambda item: item[0][1]):
        found.setdefault(title, []).append(one)
    return list(found.values())


def _facts(summary: Summary) -> Iterator[tuple[str, str]]:
    plan = summary.plan
    for name, axis in plan.space.axes:
        if isinstance(axis, Interval):
            yield name, str(axis)
        else:
            some = [str(value) for value in axis.values]
            said = some if len(some) <= 8 else [*some[:3], "...", some[-1]]  # noqa: PLR2004
            yield name, f"{', '.join(said)} ({count_of(axis.count, 'value')})"
    for name, formula in plan.derived:
        yield name, formula.text
    size = plan.space.size
    drawn = ""
    if plan.space.sample is not None:
        of = "of endlessly many" if size is None else f"of {exact(size)}"
        drawn = f", a sample {of} with seed {plan.space.seed}"
    yield "points", f"{exact(summary.points)}{drawn}"
    share = f" ({100 * summary.kept / summary.points:.1f} %)" if summary.points else ""
    yield "kept", f"{exact(summary.kept)}{share}"
    if summary.partial:
        yield (
            "partial",
            f"{exact(summary.partial)}: some number of theirs is only the least that it can be",
        )
    if summary.checked:
        yield (
            "checked",
            f"{count_of(summary.checked, 'point')} analysed as whole networks, with equal numbers",
        )
    if summary.verified:
        yield "verified", _verified(summary)


def _verified(summary: Summary) -> str:
    """Say which networks were run, and what came of it."""
    ran = [one for one in summary.verified if one.is_balanced is not None]
    ids = ", ".join(str(one.point.id) for one in ran)
    said = [f"{count_of(len(ran), 'point')} run in NumPy ({ids})"] if ran else []
    wrong = [one for one in ran if not one.is_balanced]
    if ran and not wrong:
        said.append("all books balanced")
    said += [f"point {one.point.id}: {one.reason}" for one in summary.verified if one.reason]
    return "; ".join(said)


def _excluded(summary: Summary) -> Table:
    ordered = sorted(summary.excluded.values(), key=lambda one: (-one.count, one.reason))
    return Table(
        (
            Column("reason", "reason", "left", role="group"),
            Column("what", "what", "left"),
            Column("points", "points", "right"),
            Column("example", "example", "right"),
        ),
        tuple(
            cells_of(_REASONS[one.kind], one.reason, one.count, Cell(one.example, str(one.example)))
            for one in ordered[:SHOWN]
        ),
        note=f"and {exact(len(ordered) - SHOWN)} more reasons" if len(ordered) > SHOWN else "",
    )


def _front(summary: Summary) -> Iterator[Content]:
    plan = summary.plan
    wanted = " and ".join(map(_wanted, plan.pareto))
    yield Heading("The front", SECTION, f"{count_of(len(summary.front), 'point')}: {wanted}")
    if not summary.front:
        yield Paragraph("No point is kept, so there is none.")
        return
    if len(plan.pareto) > 1 and (dots := _dots(summary)):
        titles = (_title(plan.pareto[0].key), _title(plan.pareto[1].key))
        yield Figure(
            lambda: svg(dots, titles),
            describe(dots, titles),
            lambda width: outline(dots, titles, width),
        )
    yield Abridged(partial(_front_in_full, summary), partial(_front_in_brief, summary))


def _front_in_brief(summary: Summary) -> Iterator[Block]:
    plan = summary.plan
    yield Tabular(front_table(plan, summary.front[:SHOWN]))
    if (more := len(summary.front) - SHOWN) > 0:
        yield Paragraph(f"And {exact(more)} more; '--format json' has them all.")
    yield _command(plan, summary.front[0], f"point {summary.front[0].id}")


def _front_in_full(summary: Summary) -> Iterator[Block]:
    """Yield the points that somebody can search, and the drawings of some of the front."""
    plan = summary.plan
    some = summary.known
    step = -(-len(some) // ON_PAGE)
    best = {point.id for point in summary.front}
    points = [p for k, p in enumerate(some) if p.id in best or k % step == 0]
    drawn = summary.front[:: -(-len(summary.front) // DRAWN)]
    anchors = {point.id: f"point-{point.id}" for point in drawn}
    yield Tabular(
        searchable(plan, points, best),
        anchors=tuple(anchors.get(point.id, "") for point in points),
        filter="front, or a value",
        has_ranges=True,
    )
    if len(points) < summary.kept:
        yield Paragraph(
            f"These are {exact(len(points))} of {exact(summary.kept)} points, the front among "
            "them; '-o points.csv' has them all."
        )
    for point in drawn:
        yield Heading(f"Point {point.id}", SECTION + 1, _parameters(point))
        analysis = analyze(vary(member_of(plan, point.id).spec, settings_of(plan, point)))
        picture = draw(analysis, prefix=f"point-{point.id}-")
        yield Figure(partial(str, picture), f"The network of point {point.id}", can_zoom=True)
        yield _command(plan, point, "all of its layers")


def _command(plan: Plan, point: Point, title: str) -> Code:
    settings = options_of(settings_of(plan, point))
    return Code(f"cnnanalyze summary {member_of(plan, point.id).name} {settings}", "sh", title)


def _parameters(point: Point) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in point.parameters.items())


def searchable(plan: Plan, points: list[Point], best: set[int]) -> Table:
    """Return points as a table with what is set of each, and which are of the front."""
    table = front_table(plan, points)
    first = 1 + (len(plan.members) > 1)
    rows = []
    for point, row in zip(points, table.rows, strict=True):
        said = (
            Cell(Fraction(str(value)), _value(value)) if isinstance(value, float) else cell
            for value, cell in zip(point.parameters.values(), row[first:], strict=False)
        )
        word = "front" if point.id in best else ""
        settings = options_of(settings_of(plan, point))
        rest = row[first + len(point.parameters) :]
        rows.append((*row[:first], *said, *rest, *cells_of(word, settings)))
    return table._replace(
        headings=(
            *table.headings,
            Column("front", "of the front", "left"),
            Column("settings", "settings", "left", is_code=True),
        ),
        rows=tuple(rows),
    )


def _dots(summary: Summary) -> list[Dot]:
    """Return the points on a picture of the first two objectives: some of them, and the front."""
    one, other = (objective.key for objective in summary.plan.pareto[:2])
    best = {point.id for point in summary.front}
    found = []
    for point in (*(p for p in summary.shown if p.id not in best), *summary.front):
        numbers = {**point.parameters, **point.numbers}
        x, y = numbers[one], numbers[other]
        if x is not None and y is not None:
            title = f"{point.id}: {_parameters(point)}"
            found.append(Dot(float(x), float(y), point.id in best, title, point.id))
    return found


def _title(key: str) -> str:
    return QUANTITIES[key].title if key in QUANTITIES else key


def _wanted(objective: Objective) -> str:
    return f"{'most' if objective.is_most else 'fewest'} {_title(objective.key)}"


def front_table(plan: Plan, points: list[Point]) -> Table:
    """Return points as a table."""
    several = len(plan.members) > 1
    headings = [Column("id", "id", "right", 4)]
    headings += [Column("spec", "spec", "left", 3)] if several else []
    headings += [Column(name, name, "right", 1) for name in plan.parameters]
    headings += [Column(key, QUANTITIES[key].title, "right") for key in plan.columns]
    rows = (
        cells_of(
            Cell(point.id, str(point.id)),
            *((point.spec,) if several else ()),
            *(Cell(_plain(value), _value(value)) for value in point.parameters.values()),
            *(_number(key, number, point) for key, number in point.numbers.items()),
        )
        for point in points
    )
    return Table(tuple(headings), tuple(rows))


def _value(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(value: object) -> Any:  # noqa: ANN401 - what a cell holds
    return value if isinstance(value, int | str | None) else str(value)


def _number(key: str, number: int | None, point: Point) -> Cell:
    if number is None:
        return Cell(None, "?")
    return Cell(number, f"{'≥ ' if point.is_partial else ''}{number_text(QUANTITIES[key], number)}")


def as_data(summary: Summary) -> dict[str, Any]:
    """Return what a sweep came to as plain data."""
    plan = summary.plan
    return {
        "schema": VERSIONS["sweep"],
        "specs": [member.name for member in plan.members],
        "varied": {
            name: str(axis) if isinstance(axis, Interval) else list(axis.values)
            for name, axis in plan.space.axes
        },
        "derived": {name: formula.text for name, formula in plan.derived},
        "set": dict(plan.given),
        "sample": plan.space.sample,
        "seed": plan.space.seed,
        "points": summary.points,
        "kept": summary.kept,
        "partial": summary.partial,
        "checked": summary.checked,
        "excluded": [
            {"kind": e.kind, "reason": e.reason, "points": e.count, "example": e.example}
            for e in summary.excluded.values()
        ],
        "objectives": [
            {"of": one.key, "better": "more" if one.is_most else "less"} for one in plan.pareto
        ],
        "front": [point_data(point) for point in summary.front],
        "distributions": [
            {
                "of": one.title,
                "spec": one.spec,
                "points": one.count,
                "quantiles": {
                    f"{share:g}": one.quantile(share) for share in sweep_distribution.SHARES
                }
                if one.count
                else {},
            }
            for several in _distributions(summary)
            for one in several
        ],
        "verified": [
            {"id": one.point.id, "balanced": one.is_balanced, "reason": one.reason}
            for one in summary.verified
        ],
    }


def point_data(point: Point) -> dict[str, Any]:
    """Return one point as plain data."""
    return {
        "id": point.id,
        "spec": point.spec,
        "parameters": point.parameters,
        "numbers": point.numbers,
        "status": "partial" if point.is_partial else "complete",
    }


def explain(plan: Plan, point: int) -> Document:
    """Return what one point of a sweep costs, and why it falls out if it does.

    Raises
    ------
    UsageError
        If there is no such point.
    SpecError
        With every fault that the spec finds in it.
    """
    if not 0 <= point < plan.count:
        raise UsageError(
            f"there is no point {point} in a sweep of {exact(plan.count)}",
            help=f"points are numbered from 0 to {plan.count - 1}",
        )
    member, index = divmod(point, plan.space.count)
    columns = columns_of(plan, index, index + 1)
    values = {name: column.values[column.codes[0]] for name, column in columns.items()}
    spec = plan.members[member].spec
    settings = joined(spec, dict(plan.given), values)
    analysis = analyze(vary(spec, settings))
    numbers = {key: of_network(QUANTITIES[key], analysis, plan.terms) for key in plan.columns}
    checks = check_budgets(analysis, Budgets(plan.limits))
    said: dict[str, Any] = {
        **{key: number for key, number in numbers.items() if number is not None},
        **dict(spec_of(analysis.network).parameters),
        **values,
    }
    blocks: list[Block] = [
        Heading(f"Point {point} of the sweep of {spec.name}"),
        Facts(
            (
                *((name, _value(value)) for name, value in values.items()),
                *(
                    (
                        QUANTITIES[key].title,
                        "?" if number is None else number_text(QUANTITIES[key], number),
                    )
                    for key, number in numbers.items()
                ),
            )
        ),
    ]
    missed = [
        formula for formula in plan.where if not formula.evaluate(_named(plan, analysis, said))
    ]
    blocks += [
        Paragraph(f"It falls out, since this does not hold: {formula.text}") for formula in missed
    ]
    outcome = Outcome(f"point {point}", member_of(plan, point).name, checks)
    if checks:
        blocks += budget_blocks(outcome)
    if not missed and outcome.is_kept:
        blocks.append(Paragraph("It is kept."))
    command = f"cnnanalyze summary {member_of(plan, point).name} {options_of(settings)}"
    blocks.append(Code(command, "sh", "all of its layers"))
    data = {
        "schema": VERSIONS["sweep"],
        "point": point_data(
            Point(
                point,
                member_of(plan, point).name,
                values,
                numbers,
                is_partial=bool(analysis.notes),
            )
        ),
        "kept": not missed and outcome.is_kept,
        "conditions": [{"where": f.text, "holds": f not in missed} for f in plan.where],
        "limits": [
            {
                "quantity": check.limit.key,
                "limit": check.limit.written,
                "measured": check.measured,
                "verdict": check.verdict,
                "largest": [{"layer": name, "number": n} for name, n in check.largest],
            }
            for check in checks
        ],
    }
    return Document(f"Point {point}", tuple(blocks), lambda: data)


def _named(plan: Plan, analysis: Analysis, said: dict[str, Any]) -> dict[str, Any]:
    """Return what conditions may name: parameters, and the quantities of the network."""
    names = frozenset().union(*(formula.names for formula in plan.where))
    others = (key for key in QUANTITIES if key in names and key not in said)
    return said | {
        key: of_network(QUANTITIES[key], analysis, plan.terms, least=True) for key in others
    }
