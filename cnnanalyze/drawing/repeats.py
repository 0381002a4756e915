"""Repeats: equal parts in succession, made one; also where no block of the spec says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnanalyze.drawing.part import Part, is_along, wire

if TYPE_CHECKING:
    from cnnanalyze.drawing.planting import Planter

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
    if len(children) > 1:
        alike = len({c.exact for c in children}) == 1
        _merge(part, planter, [c.exact for c in children], 1, least=2 if alike else 3)
    for stretch in range(2, min(LONGEST_STRETCH, len(children) // 2) + 1):
        if len(children) <= MANY or stretch > len(children) // 2:
            break
        _merge(part, planter, [c.exact for c in children], stretch)
    if len(children) > CROWD or _is_series(children):
        _merge(part, planter, [c.form for c in children], 1)


LONG_SERIES = 5


def _is_series(children: list[Part]) -> bool:
    """Whether a group is hardly more than one form again and again, each time a little wider."""
    forms = [c.form for c in children if c.box is None]
    return len(forms) >= LONG_SERIES and len(children) - len(forms) <= 1 and len(set(forms)) <= 2  # noqa: PLR2004 - the first differs


def _merge(part: Part, planter: Planter, codes: list[int], stretch: int, least: int = 2) -> None:
    """Make one of every ``stretch`` children that come again right behind each other."""
    children = part.children
    pulls = _pulls(part, planter)
    leaving = {i for _, i in planter.wiring(part).exits}
    opened = planter.opened or frozenset()
    shut = [not any(is_along(o, p) for p in c.paths for o in opened) for c in children]
    marks = [_marks(c, planter) for c in children]
    keys = [(codes[i], marks[i], c.times, _reads(c)) for i, c in enumerate(children)]
    found: list[Part] = []
    i = 0
    while i < len(children):
        times = _times(keys, pulls, i, stretch) if shut[i] else 1
        while times > 1 and not (
            _is_closed(pulls, i, times * stretch)
            and leaving.isdisjoint(range(i, i + (times - 1) * stretch))
        ):
            times -= 1
        times = next(
            (t - 1 for t in range(1, times + 1) if not all(shut[i : i + t * stretch])), times
        )
        if times >= (least if children[i].box else 2) and children[i].times == 1:
            rounds = [children[i + k * stretch : i + (k + 1) * stretch] for k in range(times)]
            found.append(_several(rounds, planter))
            i += times * stretch
        else:
            found.append(children[i])
            i += 1
    if len(found) < len(children):
        planter.wirings.pop(id(part), None)
        part.children[:] = found


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
    for k, source in enumerate(wiring.sources):
        for s, i in wiring.entries:
            if s == source:
                pulls[i].add(i + 1 + (len(wiring.sources) - 1 - k))
    return [frozenset(p) for p in pulls]


def _times(
    keys: Sequence[tuple[object, ...]], pulls: list[frozenset[int]], at: int, stretch: int
) -> int:
    """How often does the stretch that begins here come in succession?"""
    n, i = len(keys), at
    while i + stretch < n and keys[i] == keys[i + stretch]:
        first = i == at  # what it reads lies outside of the run: that may be anything
        if pulls[i] != pulls[i + stretch] and not (first and stretch == 1):
            break
        if stretch == 1 and 1 not in pulls[i + 1]:  # side by side, not behind each other
            break
        i += 1
    return (i - at) // stretch + 1


def _is_closed(pulls: list[frozenset[int]], start: int, length: int) -> bool:
    """Whether only the end of a run is read by what comes after it."""
    last = start + length - 1
    for i in range(last + 1, len(pulls)):
        read = {i - p for p in pulls[i] if start <= i - p <= last}
        if read and (last not in read or min(read) <= last - REACH):
            return False
    return True


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
    wiring = wire(parts, planter.network)
    shape = tuple((a, b) for a, _, b in wiring.edges)
    key = tuple((p.form, p.times > 1) for p in parts), shape
    exact = tuple((p.exact, p.times) for p in parts), shape
    return Part(
        parts[0].path, None, parts, form=planter.code(("stretch", key)), exact=planter.code(exact)
    )
