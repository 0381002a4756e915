"""A deployment as a document: does it fit, what fills the memory, operation by operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.deployment.deploy import DeployedOperation, Deployment, other_plans
from cnnanalyze.deployment.flash import Constants
from cnnanalyze.drawing.families import family
from cnnanalyze.graph.node import NodeId
from cnnanalyze.report.document import (
    Block,
    Deferred,
    Document,
    Facts,
    Figure,
    Heading,
    Items,
    Paragraph,
    Span,
    Tabular,
)
from cnnanalyze.report.memory_plan import MemoryPlan, Tensor
from cnnanalyze.report.numbers import exact, readable, size
from cnnanalyze.report.page.memory_plan import draw
from cnnanalyze.report.page.roofline import draw as draw_roofline
from cnnanalyze.report.roofline import Roofline, outline, roofline_of
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column

SECTION = 2
MOST_KEPT = 5
"""Batch normalisations that stay, of which the reason is told."""


class MemoryLimits(NamedTuple):
    """How much a device has; nothing where nobody says."""

    flash: int | None = None
    sram: int | None = None


class Fit(NamedTuple):
    """What is needed of one memory, against what there is."""

    memory: str
    needed: int
    there: int

    @property
    def is_kept(self) -> bool:
        """Whether there is enough."""
        return self.needed <= self.there

    @property
    def sentence(self) -> str:
        """The outcome in numbers.

        Examples
        --------
        >>> print(Fit("sram", 73728, 65536).sentence)
        sram: 73,728 B needed, 8,192 B more than the 65,536 B (64 KiB) there are
        """
        said = f"{self.memory}: {exact(self.needed)} B needed, "
        there = f"{exact(self.there)} B ({size(self.there)})"
        if self.is_kept:
            return f"{said}{exact(self.there - self.needed)} B of the {there} left"
        return f"{said}{exact(self.needed - self.there)} B more than the {there} there are"


def fits(deployment: Deployment, limits: MemoryLimits) -> tuple[Fit, ...]:
    """Return how the network fits into each memory whose size is known."""
    needed = {"flash": deployment.flash, "sram": deployment.arena}
    there = {
        memory: given if given is not None else getattr(deployment.target, memory)
        for memory, given in limits._asdict().items()
    }
    return tuple(Fit(m, needed[m], n) for m, n in there.items() if n is not None)


def document(deployment: Deployment, limits: MemoryLimits | None = None) -> Document:
    """Return a deployment: whether it fits, its sums, its operations, its memory plan."""
    found = fits(deployment, limits or MemoryLimits())
    return Document(
        f"{deployment.network.name} on {deployment.target.name}",
        Deferred(lambda: _blocks(deployment, found)),
        lambda: as_data(deployment, found),
        table=lambda: operations(deployment),
    )


def _blocks(deployment: Deployment, found: tuple[Fit, ...]) -> Iterator[Block]:
    target = deployment.target
    yield Heading(
        f"{deployment.network.name} on {target.name}, {deployment.numbers.name}",
        remark=target.title,
    )
    if found:
        yield Items(
            tuple((Span(one.sentence, tone="good" if one.is_kept else "bad"),) for one in found)
        )
    yield Facts(tuple(_sums(deployment)))
    yield Paragraph(peak(deployment), "Peak")
    yield Paragraph(_folding(deployment), "Folding")
    if deployment.notes:
        yield Items(deployment.notes, "Partial")
    if (found_roof := roofline_of(deployment)) is not None:
        yield Heading("Roofline", SECTION)
        yield _roof(found_roof)
    yield Heading("Operations", SECTION)
    yield Tabular(operations(deployment))
    yield Heading("Memory plan", SECTION)
    yield _picture(deployment)
    yield Tabular(tensors(deployment), is_folded=True)
    yield Paragraph(
        "Workspace of kernels, the runtime's own memory and its code are not counted: they belong "
        "to a version of a runtime, and no spec says them."
    )


def _roof(roofline: Roofline) -> Figure:
    return Figure(
        lambda: str(draw_roofline(roofline)), roofline.text, lambda width: outline(roofline, width)
    )


def _picture(deployment: Deployment) -> Figure:
    plan = picture(deployment)
    return Figure(lambda: str(draw(plan, "operations in execution order")), plan.text)


def picture(deployment: Deployment) -> MemoryPlan:
    """Return the memory plan for a picture: time across, addresses up."""
    rows = deployment.rows
    families = {r.operation.id: family(r.operation.nodes[0]) for r in rows}
    return MemoryPlan(
        tuple(
            Tensor(t.id, t.first, t.last, t.size, t.offset, families.get(NodeId(t.id), ""))
            for t in deployment.plan.tensors
        ),
        tuple(row.operation.name for row in rows),
    )


def _bytes(count: int) -> str:
    return f"{exact(count)} B" if count < 1024 else f"{exact(count)} B ({size(count)})"  # noqa: PLR2004


def _sums(deployment: Deployment) -> Iterator[tuple[str, str]]:
    held, plan = deployment.constants, deployment.plan
    parts = [
        f"{exact(count)} {name}"
        for name, count in (
            ("weights", held.weights),
            ("biases", held.biases),
            ("shapes", held.shapes),
        )
        if count
    ]
    yield "flash", f"{_bytes(deployment.flash)}: {', '.join(parts) or 'nothing'}"
    if held.scales:
        yield (
            "beside it",
            f"{_bytes(held.scales)} of scales, {_bytes(held.zero_points)} of zero points",
        )
    yield "arena", f"{_bytes(deployment.arena)}, planned by {plan.planner}"
    yield "lower bound", f"{_bytes(deployment.live)}: no plan of these tensors does with less"
    others = ", ".join(
        f"{exact(found.size)} B by {planner}" for planner, found in other_plans(deployment).items()
    )
    yield "other plans", others
    yield "MACs", readable(deployment.macs)
    yield "traffic", f"{_bytes(deployment.traffic)}, each tensor once for each operation"
    if deployment.seconds is not None:
        bound = [row.time.bound for row in deployment.rows if row.time is not None]
        by_memory = bound.count("memory")
        least, rest = seconds(deployment.seconds), exact(len(bound) - by_memory)
        counts = f"{count_of(by_memory, 'operation')} bound by memory, {rest} by arithmetic"
        yield "time", f"at least {least}: {counts}"
    yield (
        "energy",
        f"order of magnitude {deployment.joules * 1e3:.2g} mJ (45 nm, every byte from DRAM)",
    )


def seconds(value: float) -> str:
    """Return a time in the unit that suits it.

    Examples
    --------
    >>> seconds(0.0123), seconds(4.5e-7), seconds(2.0)
    ('12.3 ms', '0.45 µs', '2 s')
    """
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= unit:
            return f"{value / unit:.3g} {name}"
    return f"{value * 1e6:.3g} µs"


def peak(deployment: Deployment) -> str:
    """Say during which operation the most memory is in use, by what, and what would help."""
    row = deployment.peak
    alive = deployment.plan.alive_at(deployment.plan.peak_at)
    named = ", ".join(f"{tensor.id} {exact(tensor.size)} B" for tensor in alive)
    text = f"While {row.operation.name} runs, {exact(row.live)} B live: {named}."
    held = [t.id for t in alive if t.id not in {*row.operation.inputs, row.operation.id}]
    if held:
        text += f" {held[0]} waits for a later operation: a shortcut keeps it alive."
    over = deployment.arena - deployment.live
    if over:
        text += f" The plan takes {exact(over)} B more than that, since gaps do not fit."
    return f"{text} A smaller map or fewer channels there lower the peak."


def _folding(deployment: Deployment) -> str:
    folded = deployment.folded
    layers, operations = len(folded.original), len(deployment.rows)
    parts = [f"{count_of(layers, 'layer')} run as {count_of(operations, 'operation')}"]
    norms = len(folded.norms)
    if norms:
        parts.append(f"{count_of(norms, 'batch normalisation')} folded")
    if folded.left_out:
        parts.append(f"{count_of(len(folded.left_out), 'layer')} without effect left out")
    text = f"{'; '.join(parts)}."
    kept = [f"{norm} stays, since {why}" for norm, why in folded.kept.items()]
    if len(kept) > MOST_KEPT:
        kept = [*kept[:MOST_KEPT], f"{exact(len(kept) - MOST_KEPT)} more stay"]
    return f"{text} {'; '.join(kept)}." if kept else text


_COLUMNS: tuple[Column, ...] = (
    Column("operation", "operation", "left", is_code=True),
    Column("fused", "fused", "left", 7),
    Column("output", "output", "left", 3),
    Column("macs", "MACs", "right", 2),
    Column("flash", "flash", "right"),
    Column("weights", "weights", "right", 6),
    Column("biases", "biases", "right", 6),
    Column("shapes", "shapes", "right", 9),
    Column("scales", "scales", "right", 8),
    Column("zero_points", "zero points", "right", 8),
    Column("output_bytes", "output B", "right", 4),
    Column("live", "live", "right", 1),
    Column("arena", "arena", "right", 5),
    Column("read", "read", "right", 7),
    Column("written", "written", "right", 7),
    Column("intensity", "MACs/B", "right", 4),
    Column("seconds", "time", "right", 5),
    Column("bound", "bound", "left", 5),
)


def operations(deployment: Deployment) -> Table:
    """Return the table of operations, in the order in which they run."""
    has_time = any(row.time is not None for row in deployment.rows)
    table = Table(
        _COLUMNS,
        tuple(_cells(row) for row in deployment.rows),
        _foot(deployment),
        tuple(str(row.operation.nodes[0].layer.category) for row in deployment.rows),
    )
    return table if has_time else table.only(lambda c: c.key not in {"seconds", "bound"})


def _cells(row: DeployedOperation) -> tuple[Cell, ...]:
    operation, traffic, held = row.operation, row.traffic, row.constants
    intensity, time = traffic.intensity, row.time
    return cells_of(
        operation.name,
        ", ".join(node.id for node in operation.nodes[1:]),
        str(operation.output),
        Cell(traffic.macs, "?" if traffic.macs is None else exact(traffic.macs)),
        row.flash,
        *_counts(held),
        row.output_bytes,
        row.live,
        row.in_use,
        traffic.read,
        traffic.written,
        Cell(None, "?") if intensity is None else _real(intensity, f"{intensity:.3g}"),
        Cell(None, "") if time is None else _real(time.seconds, seconds(time.seconds)),
        "" if time is None else time.bound,
    )


def _real(value: float, text: str) -> Cell:
    """Return a cell of a number that is no count: its value is written with nine digits."""
    return Cell(f"{value:.9g}", text)


def _counts(held: Constants) -> tuple[int, ...]:
    return held.weights, held.biases, held.shapes, held.scales, held.zero_points


def _foot(deployment: Deployment) -> tuple[Cell, ...]:
    rows = deployment.rows
    time = deployment.seconds
    return cells_of(
        "total",
        "",
        "",
        deployment.macs,
        deployment.flash,
        *_counts(deployment.constants),
        sum(row.output_bytes for row in rows),
        deployment.live,
        deployment.arena,
        sum(row.traffic.read for row in rows),
        sum(row.traffic.written for row in rows),
        Cell(None, f"{deployment.macs / deployment.traffic:.3g}"),
        Cell(None, "") if time is None else _real(time, seconds(time)),
        "",
    )


def tensors(deployment: Deployment) -> Table:
    """Return the memory plan: each tensor with its place and its life."""
    names = [row.operation.name for row in deployment.rows]
    headings = (
        Column("tensor", "tensor", "left", is_code=True),
        Column("bytes", "bytes", "right"),
        Column("offset", "offset", "right"),
        Column("first", "from", "left", 1),
        Column("last", "until", "left", 1),
        Column("over", "written over", "left", 2),
    )
    rows = tuple(
        cells_of(t.id, t.size, t.offset, names[t.first], names[t.last], t.over)
        for t in deployment.plan.tensors
    )
    return Table(headings, rows)


def as_data(deployment: Deployment, found: tuple[Fit, ...] = ()) -> dict[str, Any]:
    """Return a deployment as plain data."""
    folded, held = deployment.folded, deployment.constants
    return {
        "schema": VERSIONS["deploy"],
        "name": deployment.network.name,
        "target": deployment.target.name,
        "dtype": deployment.numbers.name,
        "planner": deployment.plan.planner,
        "status": deployment.status,
        "notes": list(deployment.notes),
        "fits": [
            {"memory": f.memory, "needed": f.needed, "there": f.there, "fits": f.is_kept}
            for f in found
        ],
        "totals": {
            "flash": deployment.flash,
            "arena": deployment.arena,
            "live": deployment.live,
            "weights": held.weights,
            "biases": held.biases,
            "shapes": held.shapes,
            "scales": held.scales,
            "zero_points": held.zero_points,
            "macs": deployment.macs,
            "traffic": deployment.traffic,
            "seconds": deployment.seconds,
            "joules_45nm": deployment.joules,
        },
        "peak": deployment.peak.operation.name,
        "folded": dict(folded.norms),
        "kept": dict(folded.kept),
        "left_out": list(folded.left_out),
        "operations": [_operation(row) for row in deployment.rows],
        "tensors": [
            {
                "id": t.id,
                "bytes": t.size,
                "offset": t.offset,
                "first": t.first,
                "last": t.last,
                "over": t.over,
            }
            for t in deployment.plan.tensors
        ],
    }


def _operation(row: DeployedOperation) -> dict[str, Any]:
    cells = dict(zip((c.key for c in _COLUMNS), (c.value for c in _cells(row)), strict=True))
    return {
        **cells,
        "fused": [node.id for node in row.operation.nodes[1:]],
        "inputs": list(row.operation.inputs),
        "intensity": row.traffic.intensity,
        "seconds": None if row.time is None else row.time.seconds,
        "tensor": row.operation.id,
        "bound": None if row.time is None else row.time.bound,
    }
