"""Views: what the emitted layers move equals what NumPy's own reshape and transpose give."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from cnnanalyze.exchange.views import IMAGES, View, steps
from cnnanalyze.execute.run import RunStep, execute

Array = npt.NDArray[np.float64]


def moved(layer: Array, view: View) -> Array:
    """Return the tensor of a view, by the layers that it takes to make one of that form."""
    shape = Shape(layer.shape[:-1], layer.shape[-1])
    found = list(steps(shape, view.axes))
    run = [
        RunStep(
            str(number), step.kind, dict(step.attributes), (str(number - 1) if number else "input",)
        )
        for number, step in enumerate(found)
    ]
    if not run:
        return layer
    last = run[-1].id
    return np.asarray(execute(run, layer[None], [last], dtype=np.float64).outputs[last][0])


@st.composite
def changes(draw: st.DrawFn) -> tuple[Array, View, Array]:
    """Draw a layer, and a tensor that is made of it, as NumPy has it and as a view."""
    extents = draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=4))
    layer = np.arange(prod(extents), dtype=np.float64).reshape(extents)
    shape = Shape(tuple(extents[:-1]), extents[-1])
    view, tensor = View.of(shape, range(len(extents))), layer
    for _ in range(draw(st.integers(0, 4))):
        match draw(st.sampled_from(["transpose", "reshape", "insert", "expand"])):
            case "transpose":
                order = draw(st.permutations(range(tensor.ndim)))
                view, tensor = view.transpose(order), tensor.transpose(order)
            case "reshape":
                cut = draw(st.sampled_from(divisions(tensor.size)))
                if (seen := view.reshape(cut)) is not None:
                    view, tensor = seen, tensor.reshape(cut)
            case "insert":
                place = draw(st.integers(0, tensor.ndim))
                view, tensor = view.insert([place]), np.expand_dims(tensor, place)
            case _:
                wide = tuple(3 if n == 1 else n for n in tensor.shape)
                if prod(wide) < 2000:
                    view, tensor = view.expand(wide), np.broadcast_to(tensor, wide)
    return layer, view, tensor


def divisions(count: int) -> list[tuple[int, ...]]:
    """Return some ways to write a number as a product."""
    pairs = [(n, count // n) for n in range(1, count + 1) if count % n == 0]
    threes = [(a, n, b // n) for a, b in pairs for n in (2, 3) if b % n == 0]
    return [(count,), *pairs, *threes]


@given(changes())
def test_what_a_view_says_is_what_numpy_has(case: tuple[Array, View, Array]) -> None:
    layer, view, tensor = case
    assert view.extents == tensor.shape
    np.testing.assert_array_equal(moved(layer, view), tensor)


@given(changes())
def test_one_layer_moves_numbers_and_repeats_take_others(case: tuple[Array, View, Array]) -> None:
    layer, view, _ = case
    found = list(steps(Shape(layer.shape[:-1], layer.shape[-1]), view.axes))
    repeats = {"gather", "resize"}
    assert sum(step.kind not in repeats for step in found) <= 1


def image(height: int, width: int, channels: int) -> View:
    """Return an image as PyTorch has it: channels first."""
    return View.of(Shape((height, width), channels), (IMAGES, 2, 0, 1))


def shuffle(view: View, groups: int) -> View:
    """Shuffle channels as ShuffleNet's code does."""
    n, c, h, w = view.extents
    split = view.reshape((n, groups, c // groups, h, w))
    assert split is not None
    back = split.transpose((0, 2, 1, 3, 4)).reshape((n, c, h, w))
    assert back is not None
    return back


def blocks(view: View, block: int, split: str) -> View:
    """Lay channels out in blocks as the ONNX documentation has it, in either order."""
    n, c, h, w = view.extents
    depth = c // block**2
    cut, order = (
        ((n, block, block, depth, h, w), (0, 3, 4, 1, 5, 2))
        if split == "DCR"
        else ((n, depth, block, block, h, w), (0, 1, 4, 2, 5, 3))
    )
    laid = view.reshape(cut)
    assert laid is not None
    found = laid.transpose(order).reshape((n, depth, h * block, w * block))
    assert found is not None
    return found


def unblocked(view: View, block: int) -> View:
    """Put blocks into channels as PixelUnshuffle does."""
    n, c, h, w = view.extents
    cut = view.reshape((n, c, h // block, block, w // block, block))
    assert cut is not None
    found = cut.transpose((0, 1, 3, 5, 2, 4)).reshape((n, -(-c * block**2), h // block, w // block))
    assert found is not None
    return found


MAP, DEEP, EVEN, SPECK = (
    Shape(size, c) for size, c in [((5, 7), 6), ((5, 7), 12), ((6, 9), 5), ((1, 1), 6)]
)
LAST = (2, 3, 1)
"""Channels last: what layers of ours have."""


def of(shape: Shape) -> View:
    """Return the view of an image."""
    height, width = shape.size
    return image(height, width, shape.channels)


def cut(view: View, *extents: int) -> View:
    """Reshape where that takes no layer."""
    found = view.reshape(extents)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shape", "view", "order", "wanted"),
    [
        (MAP, of(MAP), LAST, []),
        (MAP, of(MAP).transpose((0, 1, 3, 2)), LAST, [("permute", {"order": (2, 1)})]),
        (MAP, shuffle(of(MAP), 2), LAST, [("channel_shuffle", {"groups": 2})]),
        (MAP, shuffle(of(MAP), 3), LAST, [("channel_shuffle", {"groups": 3})]),
        (DEEP, blocks(of(DEEP), 2, "CRD"), LAST, [("depth_to_space", {"block": 2})]),
        (
            DEEP,
            blocks(of(DEEP), 2, "DCR"),
            LAST,
            [
                (
                    "rearrange",
                    {"pattern": "h w (c1 c2 c3) -> (h c1) (w c2) c3", "sizes": {"c1": 2, "c2": 2}},
                )
            ],
        ),
        (EVEN, unblocked(of(EVEN), 3), LAST, [("space_to_depth", {"block": 3})]),
        (MAP, cut(of(MAP), 1, 210), (1,), [("rearrange", {"pattern": "h w c -> (c h w)"})]),
        (MAP, cut(of(MAP).transpose((0, 2, 3, 1)), 1, 210), (1,), [("flatten", {})]),
        (MAP, cut(of(MAP), 1, 6, 35), (2, 1), [("rearrange", {"pattern": "h w c -> (h w) c"})]),
        (SPECK, cut(of(SPECK), 1, 6), (1,), [("flatten", {})]),
        (
            Shape((), 210),
            cut(View.of(Shape((), 210), (IMAGES, 0)), 1, 5, 7, 6),
            (1, 2, 3),
            [("reshape", {"to": "5x7x6"})],
        ),
        (
            MAP,
            cut(of(MAP).insert([3, 5]).expand((1, 6, 5, 2, 7, 2)), 1, 6, 10, 14),
            LAST,
            [("resize", {"scale": 2})],
        ),
        (
            SPECK,
            of(SPECK).expand((1, 6, 1, 3)),
            LAST,
            [("resize", {"scale": (1, 3)})],
        ),
        (
            Shape((), 30),
            cut(View.of(Shape((), 30), (0,)), 1, 5, 1, 2, 3),
            (0, 1, 2, 3, 4),
            [("rearrange", {"pattern": "(c1 c2 c3) -> 1 c1 1 c2 c3", "sizes": {"c1": 5, "c2": 2}})],
        ),
        (
            Shape((), 2),
            cut(View.of(Shape((), 2), (0,)).insert([1]).expand((2, 3)), 6),
            (0,),
            [("gather", {"axis": 1, "positions": (0, 0, 0, 1, 1, 1)})],
        ),
    ],
)
def test_layers_are_recognised_by_their_digits(
    shape: Shape, view: View, order: tuple[int, ...], wanted: list[tuple[str, dict[str, object]]]
) -> None:
    found = steps(shape, [view.axes[axis] for axis in order])
    assert [(step.kind, dict(step.attributes)) for step in found] == wanted
