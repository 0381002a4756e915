"""Branches: the same ones in another order are the same branches.

Both networks are sequences, and an alignment keeps their order. Where a join has the branches of
its partner in another order, those of the one network are walked through as the other has them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from cnnanalyze.comparison.alignment import Look, Pairing

Stretch = tuple[int, int]
"""The first layer of a branch, and the one behind its last."""
Layers = tuple[int, ...]


def reorder(one: Sequence[Look], other: Sequence[Look], pairs: Pairing) -> list[int] | None:
    """In which order are the layers of the one to be walked through, if not in their own?

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
    # A join stands behind its branches, so those that lie in branches of others come first.
    for i, j in pairs:
        ours, theirs = branches(one, i), branches(other, j)
        if len(ours) < 2 or len(theirs) < 2:  # noqa: PLR2004 - there is no order
            continue
        turned = _like(ours, theirs, one, other)
        order[ours[0][0] : i] = [k for start, end in turned for k in order[start:end]]
    return None if order == list(range(len(one))) else order


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
        waiting: dict[Layers, deque[int]] = defaultdict(deque)
        for n in left:
            waiting[seen(one, ours[n])].append(n)
        for place, branch in enumerate(theirs):
            if partners[place] is None and (found := waiting.get(seen(other, branch))):
                n = found.popleft()
                partners[place] = n
                del left[n]
    rest = iter(left)
    turned = [next(rest, None) if n is None else n for n in partners]
    return [ours[n] for n in (*turned, *rest) if n is not None]


def _layers(looks: Sequence[Look], branch: Stretch) -> Layers:
    return tuple(looks[n].whole for n in range(*branch))


def _any_order(looks: Sequence[Look], branch: Stretch) -> Layers:
    return tuple(sorted(_layers(looks, branch)))
