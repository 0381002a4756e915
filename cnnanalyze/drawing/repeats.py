"""Repeats: equal parts in succession, made one; also where no block of the spec says so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cnnanalyze.drawing.part import Part, is_along
from cnnanalyze.drawing.range_maximum import Peaks
from cnnanalyze.graph.blocks import wire

if TYPE_CHECKING:
    from cnnanalyze.drawing.part_tree import Planter

MANY = 14
"""Of more parts than this in a row, stretches of several are looked for."""
CROWD = 30
"""Of more parts than this in a row, those of one form are made one, though their widths differ."""
LONGEST_STRETCH = 60
REACH = 2
"""From how many parts back a repeated part may read (NASNet's cells read the last two)."""


def merge_repeats(part: Part, planter: Planter) -> None:
    """Make one part of equal children in succession.

    Equal are those that hold the same layers, wired in the same way to those before them; one that
    is read from far away stays for itself. Single layers are made one if nothing else is beside
    them, or if they are many.
    """
    children = part.children
    if len(children) < 2:  # noqa: PLR2004 - nothing comes again
        return
    row = _Siblings(part, planter)
    alike = len({c.exact for c in children}) == 1
    row = _merge(row, [c.exact for c in children], 1, least=2 if alike else 3)
    for stretch in range(2, min(LONGEST_STRETCH, len(children) // 2) + 1):
        if len(children) <= MANY or stretch > len(children) // 2:
            break
        row = _merge(row, [c.exact for c in children], stretch)
    if len(children) > CROWD or _is_series(children):
        _merge(row, [c.form for c in children], 1)


LONG_SERIES = 5


def _is_series(children: list[Part]) -> bool:
    """Whether a group is hardly more than one form again and again, each time a little wider."""
    forms = [c.form for c in children if c.box is None]
    return len(forms) >= LONG_SERIES and len(children) - len(forms) <= 1 and len(set(forms)) <= 2  # noqa: PLR2004 - the first differs


class _Siblings:
    """The children of a part, with all that decides which of them may be made one."""

    def __init__(self, part: Part, planter: Planter) -> None:
        self.part, self.planter = part, planter
        self.children = children = part.children
        wiring = planter.wiring(part)
        self.pulls = _pulls(part, planter)
        self.opens = _firsts([_is_opened(c, planter.opened or ()) for c in children])
        """From each child on, the first of which somebody asked to see the inside."""
        self.traits = [(_marks(c, planter), c.times, _reads(c)) for c in children]
        readers: list[list[int]] = [[] for _ in children]
        for a, b in {(a, b) for a, _, b in wiring.edges}:
            readers[a].append(b)
        self.farthest = Peaks([max(found, default=-1) for found in readers])
        """The last child that reads each of them."""
        self.is_end = [
            k == 0 or {b for b in readers[k - 1] if b > k}.issubset(readers[k])
            for k in range(len(children))
        ]
        """Whether a run may end here: what reads the child before it from outside reads it, too."""
        leaving = {i for _, i in wiring.exits}
        self.leaves = _firsts([i in leaving for i in range(len(children))])
        """From each child on, the first whose output leaves the part."""

    def runs(self, codes: Sequence[int], stretch: int) -> list[int]:
        """Return, for every child, how often the stretch that begins there comes in succession."""
        n = len(codes)
        keys = list(zip(codes, self.traits, strict=True))
        times = [1] * n
        length = 0
        for i in reversed(range(n - stretch)):
            alike = keys[i] == keys[i + stretch]
            if stretch == 1 and 1 not in self.pulls[i + 1]:  # side by side, not in succession
                alike = False
            first = length + 1 if alike else 0
            length = first if self.pulls[i] == self.pulls[i + stretch] else 0
            # What a single child that comes first reads is outside of the run: it may be anything.
            times[i] = (first if stretch == 1 else length) // stretch + 1
        return times

    @cached_property
    def begins(self) -> list[int]:
        """For every child the first with which a run that ends there may begin.

        Only the end of a run may be read by what comes after it, and the child before the end by
        what reads the end, too.
        """
        return [
            self.farthest.last_above(k, max(k - REACH + 1, 0)) + 1
            if self.is_end[k]
            else len(self.children)
            for k in range(len(self.children))
        ]

    @cached_property
    def begins_of_singles(self) -> list[int]:
        """As ``begins``, for runs of single children.

        There the child before the end is hidden. What comes after the run may read it only as the
        children of the run read each other: NASNet's cells read the last two.
        """
        return [
            begin if k == 0 or self.farthest.within(k - 1, k) <= k or REACH in self.pulls[k] else k
            for k, begin in enumerate(self.begins)
        ]


def _merge(row: _Siblings, codes: list[int], stretch: int, least: int = 2) -> _Siblings:
    """Make one of every ``stretch`` children that repeat in succession."""
    children, planter = row.children, row.planter
    runs = row.runs(codes, stretch)
    if max(runs) == 1:
        return row
    # Of the ends that lie a whole number of stretches apart, the last that suits a beginning.
    begins = row.begins_of_singles if stretch == 1 else row.begins
    ends = [Peaks([-b for b in begins[k::stretch]]) for k in range(stretch)]
    found: list[Part] = []
    i = 0
    while i < len(children):
        times = runs[i] if children[i].times == 1 else 1
        times = min(times, (row.leaves[i] - i) // stretch + 1)
        if times > 1:
            lane, first = (i + stretch - 1) % stretch, (i + stretch - 1) // stretch
            last = ends[lane].last_above(-i - 1, first + times)
            times = max(last - first + 1, 1)
        times = min(times, (row.opens[i] - i) // stretch)
        if times >= (least if children[i].box else 2):
            rounds = [children[i + k * stretch : i + (k + 1) * stretch] for k in range(times)]
            found.append(_several(rounds, planter))
            i += times * stretch
        else:
            found.append(children[i])
            i += 1
    if len(found) == len(children):
        return row
    planter.wirings.pop(id(row.part), None)
    children[:] = found
    return _Siblings(row.part, planter)


def _firsts(flags: Sequence[bool]) -> list[int]:
    """Return, from each place on, the first where a flag is up.

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


def _marks(part: Part, planter: Planter) -> tuple[str, ...]:
    if not planter.marks:
        return ()
    return tuple(planter.marks.get(n.id, "") for n in part.nodes)


def _reads(part: Part) -> object:
    """Return what a single layer gets; for whole blocks this may differ, as in DenseNet."""
    return part.box.nodes[0].input_shapes if part.box else None


def _pulls(part: Part, planter: Planter) -> list[frozenset[int]]:
    """Return how many steps back each child reads; what comes from outside is right before all."""
    pulls: list[set[int]] = [set() for _ in part.children]
    wiring = planter.wiring(part)
    for a, _, b in wiring.edges:
        pulls[b].add(b - a)
    back = {source: k + 1 for k, source in enumerate(reversed(wiring.sources))}
    for source, i in wiring.entries:
        pulls[i].add(i + back[source])
    return [frozenset(p) for p in pulls]


def _several(rounds: list[list[Part]], planter: Planter) -> Part:
    members = [r[0] if len(r) == 1 else _stretch(r, planter) for r in rounds]
    first = members[0]
    return Part(
        first.path,
        members=members,
        form=first.form,
        exact=planter.code(("times", len(members), first.exact)),
    )


def _stretch(parts: list[Part], planter: Planter) -> Part:
    """Return a group of parts that the spec does not call a block."""
    shape, _ = wire((p.nodes for p in parts), planter.network).form
    key = tuple((p.form, p.times > 1) for p in parts), shape
    exact = tuple((p.exact, p.times) for p in parts), shape
    return Part(
        parts[0].path, None, parts, form=planter.code(("stretch", key)), exact=planter.code(exact)
    )
