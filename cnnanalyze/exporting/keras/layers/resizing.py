"""Maps in another size."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.exporting import nearest
from cnnanalyze.exporting.code import Call
from cnnanalyze.exporting.keras.registry import TARGET, expression, made, own, writes
from cnnanalyze.exporting.part import Step, Steps, refuse
from cnnanalyze.exporting.windows import single
from cnnanalyze.graph.node import Node

_LINEAR = '''
class LinearResizing(layers.Layer):
    """A map in another size, interpolated between two places along every axis.

    Without steps, what is at a place of the new map lies at one of the old map as far along.
    """

    def __init__(self, size, coordinates, steps=None, name=None):
        super().__init__(name=name)
        self.size = size
        self.coordinates = coordinates
        self.steps = steps or (None,) * len(size)

    def call(self, x):
        for axis, (size, step) in enumerate(zip(self.size, self.steps), start=1):
            places = self.places(x.shape[axis], size, step)
            before = np.floor(places).astype(int)
            after = np.ceil(places).astype(int)
            ones = (1,) * (len(x.shape) - axis - 1)
            share = ops.cast(np.reshape(places - before, (-1, *ones)), x.dtype)
            first = ops.take(x, before, axis=axis)
            second = ops.take(x, after, axis=axis)
            x = first + (second - first) * share
        return x

    def places(self, length, size, step):
        step = step or length / size
        places = np.arange(size)
        if self.coordinates == "align_corners":
            places = places * (length - 1) / max(size - 1, 1)
        elif self.coordinates == "asymmetric":
            places = places * step
        else:
            places = (places + 0.5) * step - 0.5
        return np.clip(places, 0, length - 1)
'''


@writes("resize")
def _resize(node: Node) -> Steps:
    match node.attributes["method"]:
        case "nearest" | "nearest_exact":
            return _nearest(node)
        case "bilinear":
            return (Step(_linear(node)),)
        case method:
            raise refuse(node, TARGET, f" by '{method}'")


def _nearest(node: Node) -> Steps:
    """Return what repeats pixels, or takes them by their numbers."""
    x, y = node.input_shapes[0], node.output
    size = tuple(m // n for n, m in zip(x.size, y.size, strict=True))
    places = nearest.exact(node)
    if all(
        each == tuple(o // f for o in range(n * f))
        for each, n, f in zip(places, x.size, size, strict=True)
    ):
        return (Step(made(f"layers.UpSampling{x.rank}D", size=single(size))),)
    half = node.attributes["method"] == "nearest_exact"
    place = "(2 * o + 1)" if half else "o"
    pixels = f"[{place} * {{step}} // {{unit}} for o in range({{size}})]"
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # a resizing has them
    found = [
        expression(
            f"ops.take({{0}}, {pixels}, axis={axis})",
            "rows",
            step=over,
            unit=2 * under if half else under,
            size=m,
        )
        for axis, (m, (over, under)) in enumerate(zip(y.size, steps, strict=True), 1)
        if over != under
    ]
    return (*found[:-1], replace(found[-1], suffix=""))


def _linear(node: Node) -> Call:
    x, y = node.input_shapes[0], node.output
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # a resizing has them
    placed = node.layer.placed  # type: ignore[attr-defined]  # as above
    is_even = all(
        n * under == m * over for n, m, (over, under) in zip(x.size, y.size, steps, strict=True)
    )
    if x.rank == 2 and is_even and placed == "half_pixel":  # noqa: PLR2004 - images
        resizing = made("layers.Resizing", height=y.size[0], width=y.size[1])
        return resizing.with_options(interpolation=("bilinear", None))
    name = own("LinearResizing", _LINEAR)
    told = None if is_even or placed == "align_corners" else tuple(a / b for a, b in steps)
    return made(name, size=y.size, coordinates=placed).with_options(steps=(told, None))
