"""Repeats: equal parts in succession are merged, also where the spec has no block for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cnnanalyze.drawing.part import Part, is_along
from cnnanalyze.drawing.range_maximum import RangeMaximum
from cnnanalyze.graph.blocks import wire

if TYPE_CHECKING:
    from cnnanalyze.drawing.part_tree import PartTree

MANY = 14
"""In longer sequences, repeats of several parts are searched, too."""
CROWD = 30
"""In longer sequences, parts of one form are merged though their widths differ."""
LONGEST_PERIOD = 60
REACH = 2
"""How many parts back a repeated part may read (cells of NASNet read the last two)."""


def merge_repeats(part: Part, tree: PartTree) -> None:
    """Merge equal children in succession.

    Equal children hold the same layers and read the children before them in the same way; blocks
    may differ in values. One that is read from far away is not merged. Single layers are merged if
    the part holds nothing else, or if there are three or more.
    """
    children = part.children
    if len(children) < 2:  # noqa: PLR2004 - nothing comes again
        return
    row = _Siblings(part, tree)
    alike = len({c.exact for c in children}) == 1
    row = _merge(row, [c.exact for c in children], 1, least=2 if alike else 3)
    for period in range(2, min(LONGEST_PERIOD, len(children) // 2) + 1):
        if len(children) <= MANY or period > len(children) // 2:
            break
        row = _merge(row, [c.exact for c in children], period)
    row = _merge(row, [c.alike for c in children], 1, least=len(children) + 1)
    if len(children) > CROWD or _is_series(children):
        _merge(row, [c.form for c in children], 1)


LONG_SERIES = 5


def _is_series(children: list[Part]) -> bool:
    """Whether a group is one form many times, with growing widths, and little else."""
    forms = [c.form for c in children if c.box is None]
    return len(forms) >= LONG_SERIES and len(children) - len(forms) <= 1 and len(set(forms)) <= 2  # noqa: PLR2004 - the first differs


class _Siblings:
    """The children of a part, with what decides which of them may be merged."""

    def __init__(self, part: Part, tree: PartTree) -> None:
        self.part, self.tree = part, tree
        self.children = children = part.children
        wiring = tree.wiring(part)
        self.read_offsets = _read_offsets(part, tree)
        self.opens = _firsts([_is_opened(c, tree.opened or ()) for c in children])
        """From each child on, the first whose inside the user asked to see."""
        self.traits = [(_marks(c, tree), c.times, _reads(c)) for c in children]
        readers: list[list[int]] = [[] for _ in children]
        for a, b in {(a, b) for a, _, b in wiring.edges}:
            readers[a].append(b)
        self.farthest = RangeMaximum([max(found, default=-1) for found in readers])
        """The last child that reads each of them."""
        self.is_end = [
            k == 0 or {b for b in readers[k - 1] if b > k}.issubset(readers[k])
            for k in range(len(children))
        ]
        """Whether a run may end here: later readers of the child before read this one, too."""
        leaving = {i for _, i in wiring.exits}
        self.leaves = _firsts([i in leaving for i in range(len(children))])
        """From each child on, the first whose output leaves the part."""

    def runs(self, codes: Sequence[int], period: int) -> list[int]:
        """Return, for every child, how often the stretch that begins there comes in succession."""
        n = len(codes)
        keys = list(zip(codes, self.traits, strict=True))
        times = [1] * n
        length = 0
        for i in reversed(range(n - period)):
            alike = keys[i] == keys[i + period]
            if period == 1 and 1 not in self.read_offsets[i + 1]:  # side by side, not in succession
                alike = False
            first = length + 1 if alike else 0
            length = first if self.read_offsets[i] == self.read_offsets[i + period] else 0
            # A single child that begins a run may read anything outside.
            times[i] = (first if period == 1 else length) // period + 1
        return times

    @cached_property
    def run_starts(self) -> list[int]:
        """For each child, the first with which a run that ends there may begin.

        Children after a run may read its end only, or the child before the end if they also read
        the end.
        """
        return [
            self.farthest.last_above(k, max(k - REACH + 1, 0)) + 1
            if self.is_end[k]
            else len(self.children)
            for k in range(len(self.children))
        ]

    @cached_property
    def single_run_starts(self) -> list[int]:
        """As ``run_starts``, for runs of single children.

        There the child before the end is hidden. Children after the run may read it only in the way
        that the children of the run read each other: cells of NASNet read the last two.
        """
        return [
            begin
            if k == 0 or self.farthest.within(k - 1, k) <= k or REACH in self.read_offsets[k]
            else k
            for k, begin in enumerate(self.run_starts)
        ]


def _merge(row: _Siblings, codes: list[int], period: int, least: int = 2) -> _Siblings:
    """Merge sequences of ``period`` children that repeat in succession."""
    children, tree = row.children, row.tree
    runs = row.runs(codes, period)
    if max(runs) == 1:
        return row
    # Of the ends a multiple of the period apart, the last at which the run may end.
    run_starts = row.single_run_starts if period == 1 else row.run_starts
    ends = [RangeMaximum([-b for b in run_starts[k::period]]) for k in range(period)]
    found: list[Part] = []
    i = 0
    while i < len(children):
        times = runs[i] if children[i].times == 1 else 1
        times = min(times, (row.leaves[i] - i) // period + 1)
        if times > 1:
            remainder, first = (i + period - 1) % period, (i + period - 1) // period
            last = ends[remainder].last_above(-i - 1, first + times)
            times = max(last - first + 1, 1)
        times = min(times, (row.opens[i] - i) // period)
        if times >= (least if children[i].box else 2):
            repeats = [children[i + k * period : i + (k + 1) * period] for k in range(times)]
            found.append(_merged(repeats, tree))
            i += times * period
        else:
            found.append(children[i])
            i += 1
    if len(found) == len(children):
        return row
    tree.wirings.pop(id(row.part), None)
    children[:] = found
    return _Siblings(row.part, tree)


def _firsts(flags: Sequence[bool]) -> list[int]:
    """Return, from each index on, the first that is true.

    Examples
    --------
    >>> _firsts([False, True, False])
    [1, 1, 3]
    """
    firsts = [len(flags)] * len(flags)
    for i in reversed(range(len(flags))):
        firsts[i] = i if flags[i] else firsts[min(i + 1, len(flags) - 1)]
    return firsts


def _is_opened(part: Part, opened: Collection[str]) -> bool:
    return bool(opened) and any(is_along(o, p) for p in part.paths for o in opened)


def _marks(part: Part, tree: PartTree) -> tuple[str, ...]:
    if not tree.marks:
        return ()
    return tuple(tree.marks.get(n.id, "") for n in part.nodes)


def _reads(part: Part) -> object:
    """Return the input shapes of a box; those of blocks may differ, as in DenseNet."""
    return part.box.nodes[0].input_shapes if part.box else None


def _read_offsets(part: Part, tree: PartTree) -> list[frozenset[int]]:
    """Return how many children back each child reads; outside sources precede the first."""
    read_offsets: list[set[int]] = [set() for _ in part.children]
    wiring = tree.wiring(part)
    for a, _, b in wiring.edges:
        read_offsets[b].add(b - a)
    back = {source: k + 1 for k, source in enumerate(reversed(wiring.sources))}
    for source, i in wiring.entries:
        read_offsets[i].add(i + back[source])
    return [frozenset(p) for p in read_offsets]


def _merged(repeats: list[list[Part]], tree: PartTree) -> Part:
    members = [r[0] if len(r) == 1 else _implicit_block(r, tree) for r in repeats]
    first = members[0]
    return Part(
        first.path,
        members=members,
        form=first.form,
        exact=tree.code(("times", tuple(m.exact for m in members))),
        alike=tree.code(("times", tuple(m.alike for m in members))),
    )


def _implicit_block(parts: list[Part], tree: PartTree) -> Part:
    """Return a group of parts for which the spec has no block."""
    shape, _ = wire((p.nodes for p in parts), tree.network).form
    key = tuple((p.form, p.times > 1) for p in parts), shape
    return Part(
        parts[0].path,
        None,
        parts,
        form=tree.code(("implicit block", key)),
        exact=tree.code((tuple((p.exact, p.times) for p in parts), shape)),
        alike=tree.code(("alike", tuple((p.alike, p.times) for p in parts), shape)),
    )
