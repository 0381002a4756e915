"""Branches: the same ones in another order are the same branches.

Both networks are sequences, and an alignment keeps their order. Where a join has the branches of
its partner in another order, those of the one network are walked through as the other has them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from cnnanalyze.comparison.alignment import Look, Pairing

Stretch = tuple[int, int]
"""The first layer of a branch, and the one after its last."""
Layers = tuple[int, ...]


def reorder(one: Sequence[Look], other: Sequence[Look], pairs: Pairing) -> list[int] | None:
    """In which order are the layers of the one to be walked through, if not in their own?

    Branches in branches that were turned come in the next round.

    Parameters
    ----------
    one, other
        The layers of both in the order of execution.
    pairs
        Which is which as far as that is known; those of joins count.

    Examples
    --------
    >>> def looks(*wholes):
    ...     paths = [f"add1/{n}/conv1" for n, _ in enumerate(wholes, 1)] + ["add1"]
    ...     return [Look(p, p, 0, 0, 0, w) for p, w in zip(paths, (*wholes, 7), strict=True)]
    >>> reorder(looks(1, 2, 3), looks(3, 1, 4), [(3, 3)])
    [2, 0, 1, 3]
    """
    order = list(range(len(one)))
    untouched = len(one)
    # A join follows its branches: from the last one on, joins in branches of others come
    # later, and wait until their own partners are known.
    for i, j in reversed(pairs):
        if i >= untouched:
            continue
        ours = branches(one, i)
        if len(ours) < 2:  # noqa: PLR2004 - one branch alone has no other order
            continue
        turned = _like(ours, branches(other, j), one, other)
        if turned != ours:
            untouched = ours[0][0]
            order[untouched:i] = [k for start, end in turned for k in order[start:end]]
    return order if untouched < len(one) else None


def branches(looks: Sequence[Look], join: int) -> list[Stretch]:
    """Return the branches that are written inside of a join, those that hold no layer left out."""
    inside = f"{looks[join].path}/"
    found: list[Stretch] = []
    number, end, at = "", join, join
    while at and looks[at - 1].path.startswith(inside):
        here = looks[at - 1].path[len(inside) :].partition("/")[0]
        if at < join and here != number:
            found.append((at, end))
            end = at
        number, at = here, at - 1
    if at < join:
        found.append((at, end))
    return found[::-1]


def _like(
    ours: list[Stretch], theirs: list[Stretch], one: Sequence[Look], other: Sequence[Look]
) -> list[Stretch]:
    """Return our branches in the order in which their partners stand; the rest fill the gaps."""
    partners: list[int | None] = [None] * len(theirs)
    left = dict.fromkeys(range(len(ours)))
    # Those that are equal, layer by layer; then those whose own branches have another order.
    for seen in (_layers, _any_order):
        wanted = {n: seen(other, b) for n, b in enumerate(theirs) if partners[n] is None}
        there = {n: seen(one, ours[n]) for n in left}
        waiting: dict[Layers, deque[int]] = defaultdict(deque)
        for n, layers in there.items():
            if wanted.get(n) == layers:  # it is where it should
                partners[n] = n
            else:
                waiting[layers].append(n)
        for place, layers in wanted.items():
            if partners[place] is None and (found := waiting.get(layers)):
                partners[place] = found.popleft()
        for partner in partners:
            if partner is not None:
                left.pop(partner, None)
    rest = iter(left)
    turned = [next(rest, None) if n is None else n for n in partners]
    return [ours[n] for n in (*turned, *rest) if n is not None]


def _layers(looks: Sequence[Look], branch: Stretch) -> Layers:
    return tuple(looks[n].whole for n in range(*branch))


def _any_order(looks: Sequence[Look], branch: Stretch) -> Layers:
    return tuple(sorted(_layers(looks, branch)))
