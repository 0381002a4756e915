"""Effective fields: along how many paths each position of an input reaches a unit.

The script of a page follows the same index maps in the same way (``pathsTo`` in ``viewer.js``);
this is the picture for readers without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cnnanalyze.analysis.receptive_field import Maps
from cnnanalyze.analysis.seen_input import SeenInput
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.reach import POINT, Everywhere, Past, Reach, Whole
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.report.page.svg import box, element, number

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

MOST_STEPS = 3_000_000_000
"""Multiplications; of what needs more there is no picture."""
LARGE = 1e250
"""Only the ratios matter, and the counts of a deep network leave the range of numbers."""
SHARES = (50, 80, 95)
"""The shares of the paths, in percent, whose positions are drawn."""
CELLS = 24
"""The positions along an axis are drawn as so many cells at most."""


def axes_through(node: Node, source: int, own: tuple[Reach, ...], rank: int) -> tuple[Reach, ...]:
    """Return the maps along the axes of an input of the network.

    A vector is one unit on each of them, and so is a map whose axes a reshape made anew.
    """
    if len(own) == rank:
        return own
    is_vector = node.input_shapes[source].rank != rank and node.output.rank != rank
    return (POINT if is_vector else Whole(),) * rank


def path_counts(
    image: SeenInput, maps: Mapping[str, Maps], target: NodeId, unit: Sequence[int]
) -> Array | None:
    """Return along how many paths each position reaches a unit, up to a common factor.

    Nothing is returned if a layer on the way cannot tell what it reads, or if it takes too long.

    Parameters
    ----------
    image
        The input.
    maps
        The index maps of every layer.
    target
        The layer of the unit.
    unit
        Its place.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.analysis.pipeline import index_maps
    >>> from cnnanalyze.analysis.seen_input import seen_inputs
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 7x1, layers: [{conv: {filters: 1, kernel: 3}}, "
    ...     "{conv: {filters: 1, kernel: 3}}]}"
    ... )
    >>> (image,) = seen_inputs(cnn.analyze(net).analysis)
    >>> path_counts(image, index_maps(net), "conv2", [1]).tolist()
    [0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0]
    """
    import numpy as np

    network, extents = image.network, image.shape.size
    rank = len(extents)

    def size_of(name: NodeId) -> tuple[int, ...]:
        if name == image.name:
            return extents
        output = network.by_id[name].output
        return output.size if output.rank == rank else (1,) * rank

    start = np.zeros(size_of(target))
    start[tuple(unit)] = 1
    parts = {target: start}
    steps = _Steps()
    for node in reversed(network.nodes):
        part = parts.pop(node.id, None)
        if part is None:
            continue
        own = maps[node.id]
        if own is None:
            return None
        for k, source in enumerate(node.inputs):
            if source == image.name or source in image.facts:
                through = axes_through(node, k, own[k], rank)
                for way in _ways(through):
                    found = steps.back(part, way, size_of(source))
                    parts[source] = parts[source] + found if source in parts else found
        if steps.number > MOST_STEPS:
            return None
        if part.max() > LARGE:
            parts = {name: other / LARGE for name, other in parts.items()}
    return parts.get(image.name)


def _ways(through: tuple[Reach, ...]) -> list[tuple[Reach, ...]]:
    """Return the maps that are followed: what reads everywhere reads its own place besides."""
    if any(isinstance(reach, Everywhere) for reach in through):
        return [(Whole(),) * len(through), (POINT,) * len(through)]
    return [through]


class _Steps:
    """Steps back through layers; each map is written as a matrix once."""

    def __init__(self) -> None:
        self.matrices: dict[tuple[Reach, int, int], Array] = {}
        self.number = 0
        """Multiplications so far."""

    def back(self, part: Array, way: tuple[Reach, ...], to: tuple[int, ...]) -> Array:
        """Return what the units of a layer give to those that they read, axis by axis."""
        import numpy as np

        for axis, reach in enumerate(way):
            if reach is POINT and part.shape[axis] == to[axis]:
                continue
            self.number += part.size * to[axis]
            key = (reach, part.shape[axis], to[axis])
            if key not in self.matrices:
                self.matrices[key] = _matrix(*key)
            part = np.moveaxis(np.tensordot(part, self.matrices[key], axes=(axis, 0)), -1, axis)
        return part


def _matrix(reach: Reach, outputs: int, inputs: int) -> Array:
    """Return, for each output index, a one for each input index that it reads."""
    import numpy as np

    found = np.zeros((outputs, inputs))
    for o in range(outputs):
        if isinstance(reach, Past):
            found[o, : o + 1] = 1
        elif isinstance(reach, IndexMap):
            for i in reach.inside(o, inputs):
                found[o, i] += 1
        else:
            found[o] = 1
    return found


def fewest(counts: Array, share: int) -> list[int]:
    """Return the fewest positions, counted row by row, that so much of the paths come from.

    Examples
    --------
    >>> import numpy as np
    >>> fewest(np.array([[1.0, 6.0], [3.0, 0.0]]), 80)
    [1, 2]
    """
    import numpy as np

    order = np.argsort(-counts, axis=None, kind="stable")
    sums = np.cumsum(counts.ravel()[order])
    enough = int(np.searchsorted(sums, sums[-1] * share / 100 * (1 - 1e-12))) + 1
    return [int(at) for at in order[:enough]]


def region(counts: Array, share: int) -> str:
    """Return the path around the fewest cells that so much of the paths come from."""
    import numpy as np

    inside = np.zeros(counts.size, dtype=bool)
    inside[fewest(counts, share)] = True
    return _outline(inside.reshape(counts.shape).tolist())


def _outline(rows: list[list[bool]]) -> str:
    """Return the path of the cells that are in it; equal rows share their rectangles."""
    path, top = "", 0
    while top < len(rows):
        bottom = top + 1
        while bottom < len(rows) and rows[bottom] == rows[top]:
            bottom += 1
        left = 0
        while left < len(rows[top]):
            right = left + 1
            while right < len(rows[top]) and rows[top][right] == rows[top][left]:
                right += 1
            if rows[top][left]:
                path += box(left, top, right - left, bottom - top)
            left = right
        top = bottom
    return path


def plane(counts: Array) -> Array:
    """Return counts along the last two axes, as few cells as are drawn; a signal is one row."""
    while counts.ndim > 2:  # noqa: PLR2004 - of a film the frames are laid upon one another
        counts = counts.sum(axis=0)
    return counts.reshape(1, -1) if counts.ndim == 1 else counts


def cells_of(counts: Array) -> Array:
    """Return the sums of a plane over as few cells as are drawn."""
    import numpy as np

    for axis, n in enumerate(counts.shape):
        cells = min(n, CELLS)
        edges = [n * i // cells for i in range(cells)]
        counts = np.add.reduceat(counts, edges, axis=axis)
    return counts


def draw(counts: Array, width: float, height: float, words: str) -> Markup:
    """Draw the positions that most paths come from, in an image of a size."""
    cells = cells_of(plane(counts))
    rows, columns = cells.shape
    shapes = [
        element(
            "path",
            element("title", f"{share} % of the paths"),
            d=region(cells, share),
            class_="share",
        )
        for share in reversed(SHARES)
    ]
    scale = f"scale({width / columns:.4g} {height / rows:.4g})"
    return element(
        "svg",
        element("path", d=box(0, 0, width, height), class_="image"),
        element("g", *shapes, transform=scale),
        viewBox=f"-1 -1 {number(width + 2)} {number(height + 2)}",
        class_="effective centres",
        role="img",
        aria_label=words,
    )
