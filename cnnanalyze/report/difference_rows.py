"""The layers of a difference as rows: those that changed alike in one, each with what changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.comparison.quantity import Delta
from cnnanalyze.comparison.result import Aspect, Comparison, GroupChange, LayerChange
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.attributes import brief
from cnnanalyze.report.difference_totals import Compared, beside, sorting
from cnnanalyze.report.numbers import exact, signed
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import Cell, Heading, Table, cells_of

SIGNS = {"added": "+", "removed": "−", "changed": "~", "equal": "="}
TONES = {"added": "good", "removed": "bad", "changed": "warn", "equal": "faint"}
"""How rows look, by the status of their layers."""
FEW = 8
"""With no more rows of layers than this the stages need no table of their own."""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One row of layers: one that changed, or several that changed alike."""

    status: str
    name: str
    what: str
    deltas: tuple[Delta, ...]
    """Of all layers of the row, for the quantities that layers have."""
    changes: tuple[LayerChange, ...]

    @property
    def times(self) -> int:
        """The number of layers in the row."""
        return len(self.changes)


def lines(
    shown: Compared, comparison: Comparison, *, following: bool = False
) -> tuple[DifferenceRow, ...]:
    """Return the rows of layers, those that changed alike in one.

    Layers that only get something of another shape have rows if they (``following``) or all are
    asked for, or if there is nothing else.
    """
    terms = shown.options.terms
    own = [c for c in comparison if following or not c.follows] or list(comparison)
    alike: dict[tuple[object, ...], list[LayerChange]] = {}
    known: dict[object, tuple[object, ...]] = {}
    quantities = shown.layer_quantities
    for change in comparison.changes if shown.everything else own:
        key: tuple[object, ...] = (change.path, change.status)
        if not shown.everything:
            like = change.likeness
            if (said := known.get(like)) is None:
                deltas = tuple(change.delta(q, terms) for q in quantities)
                said = known[like] = (change.status, describe(change, shown.options), deltas)
            key = (_pattern(change.path), _pattern(change.old_path), *said)
        alike.setdefault(key, []).append(change)
    found = [_line(shown, tuple(changes)) for changes in alike.values()]
    if shown.options.sort:
        by = sorting(shown.options)
        found.sort(key=lambda row: -abs(sum(c.delta(by, terms).change for c in row.changes)))
    return tuple(found)


def left_out(shown: Compared, comparison: Comparison) -> int:
    """Return how many layers that differ have no row: they only get something of another shape."""
    following = comparison.following
    return 0 if shown.everything or following == sum(1 for _ in comparison) else following


def _pattern(path: str) -> str:
    return _DIGITS.sub("#", path)


_DIGITS = re.compile(r"(\d+)")


def _line(shown: Compared, changes: tuple[LayerChange, ...]) -> DifferenceRow:
    first, terms = changes[0], shown.options.terms
    what = describe(first, shown.options)
    if first.old_path:
        was = f"was {joined([c.old_path for c in changes])}"
        what = f"{what}, {was}" if what else was
    return DifferenceRow(
        first.status,
        joined([c.path for c in changes]),
        what,
        # All of a row change by the same.
        tuple(first.delta(q, terms).times(len(changes)) for q in shown.layer_quantities),
        changes,
    )


def joined(paths: Sequence[str]) -> str:
    """Return one name for paths that differ in numbers only.

    Examples
    --------
    >>> joined(["stage1/unit1/conv1", "stage1/unit2/conv1", "stage1/unit3/conv1"])
    'stage1/unit1…3/conv1'
    >>> joined(["stage1/conv1", "stage1/conv3", "stage2/conv1"]), joined(["fc"])
    ('stage1…2/conv1,3', 'fc')
    """
    pieces = [_DIGITS.split(path) for path in paths]
    return "".join(
        _numbers([int(p[i]) for p in pieces]) if i % 2 else text for i, text in enumerate(pieces[0])
    )


def _numbers(found: Sequence[int]) -> str:
    numbers = sorted(set(found))
    first, last = numbers[0], numbers[-1]
    if len(numbers) == 1:
        return str(first)
    if len(numbers) == last - first + 1:
        return f"{first}…{last}"
    return ",".join(map(str, numbers)) if len(numbers) <= _MOST_NUMBERS else f"{first}…{last}"


_MOST_NUMBERS = 4


def describe(change: LayerChange, options: Options) -> str:
    """Describe a change: what was added or removed, or what is different."""
    if change.status in {"added", "removed"}:
        return what_is(change.facts, options)
    said: dict[str, list[str]] = {}
    for aspect in change.aspects:
        name, values = say(aspect, options)
        said.setdefault(values, []).append(name)
    return ", ".join(
        f"{' and '.join(filter(None, names))} {values}".strip() for values, names in said.items()
    )


def what_is(facts: NodeFacts, options: Options) -> str:
    """Say what a layer is: its kind, its attributes, what it outputs."""
    node = facts.node
    about = " ".join(filter(None, (node.kind, brief(node))))
    return f"{about}, output {options.shape(node.output)}"


def say(aspect: Aspect, options: Options) -> tuple[str, str]:
    """Say in what a layer differs, and how.

    Examples
    --------
    >>> say(Aspect("filters", 64, 96), Options()), say(Aspect("bias", True, False), Options())
    (('filters', '64 → 96'), ('bias', 'yes → no'))
    """
    name = "" if aspect.name == "kind" else aspect.name.replace("_", " ")
    one, other = (_value(aspect.name, v, options) for v in (aspect.before, aspect.after))
    return name, f"{one} → {other}"


def _value(name: str, value: Any, options: Options) -> str:  # noqa: ANN401 - of any attribute
    if isinstance(value, Shape):
        return options.shape(value)
    if name == "given":
        return ", ".join(g.role for g in value) or "nothing"
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple() if name in {"input", "order", "outputs", "reads", "share"}:
            return " + ".join(_value(name, v, options) for v in value) or "nothing"
        case tuple():
            return f"[{', '.join(_value('', v, options) for v in value)}]"
        case _:
            return str(value)


def tally(comparison: Comparison) -> str:
    """Say how many layers were added, removed, changed.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.analyze("zoo:vgg16").analysis
    >>> from cnnanalyze.comparison.difference import compare
    >>> tally(compare(net, net))
    'no difference: all 40 layers are equal'
    """
    counts, renamed = comparison.counts, comparison.renamed
    names = f", {exact(renamed)} of them under other names" if renamed else ""
    if comparison.is_empty:
        return f"no difference: all {count_of(counts['equal'], 'layer')} are equal{names}"
    parts = [
        f"{exact(counts[status])} {status}"
        for status in ("added", "removed", "changed", "equal")
        if counts[status]
    ]
    if following := comparison.following:
        alone = following == counts["changed"]
        at = next(i for i, part in enumerate(parts) if part.endswith("changed"))
        parts[at] += f" ({'' if alone else f'{exact(following)} of them '}in their shapes alone)"
    if renamed:
        parts.append(f"{exact(renamed)} under another name")
    return ", ".join(parts)


def stages(shown: Compared, comparison: Comparison, rows: int) -> tuple[GroupChange, ...]:
    """Return the stages and blocks in which something changed; none where they say nothing more."""
    if rows <= FEW and not shown.options.depth:
        return ()
    groups = comparison.groups(shown.options.depth or 1)
    found = tuple(g for g in groups if any(c.status != "equal" for c in g.changes))
    return found if shown.options.depth or len(found) > 1 else ()


def stage_table(shown: Compared, groups: tuple[GroupChange, ...]) -> Table:
    """Return the table of stages and blocks."""
    headings = [Heading("group", "stage or block", "left"), Heading("layers", "layers", "left", 1)]
    columns: list[Sequence[Cell]] = [
        cells_of(*map(group_name, groups)),
        cells_of(*map(group_tally, groups)),
    ]
    for place, q in enumerate(shown.layer_quantities):
        headings.append(Heading(q.key, q.title, "right", place))
        deltas = [group.delta(q, shown.options.terms) for group in groups]
        columns.append(beside([signed(d.change) for d in deltas], deltas))
    return Table(tuple(headings), tuple(zip(*columns, strict=True)))


def group_name(group: GroupChange) -> str:
    """Return what a stage is called, and what it was called."""
    return f"{group.path} (was {group.old_path})" if group.old_path else group.path


def group_tally(group: GroupChange) -> str:
    """Return how many layers of a stage were added, removed, changed: ``+3 −1 ~2``."""
    statuses = [c.status for c in group.changes]
    return " ".join(
        f"{SIGNS[status]}{exact(n)}"
        for status in ("added", "removed", "changed")
        if (n := statuses.count(status))
    )
