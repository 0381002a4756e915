"""Layers that take axes apart, join them and choose places along them."""

from math import prod
from types import MappingProxyType

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.partition import Gathered
from cnnanalyze.core.reach import POINT, WHOLE, Continued, Reach, Window
from cnnanalyze.core.resampling import Sampled
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers import pattern as patterns
from cnnanalyze.layers.attributes import (
    AxisWord,
    Offset,
    PatternText,
    Places,
    Sizes,
    axis_number,
    per_axis,
    relation,
)
from cnnanalyze.layers.base import Example, layer, refuse_vector
from cnnanalyze.layers.pattern import Axis, Pattern, parse
from cnnanalyze.layers.reshape import Moving
from cnnanalyze.layers.traits import Category, Trait


@layer("rearrange")
class Rearrange(Moving):
    """Axes transposed, split and joined, as a pattern in the words of einops says.

    ``h w c -> (h w) c`` makes a sequence of a map, ``(h p) (w q) c -> h w (p q c)`` puts blocks
    into channels. The last axis of both sides are the channels; a bracket joins several axes, the
    outermost first; ``1`` is an axis of extent 1. It costs nothing.

    The receptive field is exact where every axis stays one, perhaps in another place, with blocks
    that go into channels or come out of them. Where positions of several axes are mixed, every
    unit counts as seeing all of these axes.
    """

    category = Category.REARRANGEMENT
    traits = frozenset({Trait.MIXES_CHANNELS})
    principal = "pattern"
    pattern: PatternText = Field(description="the axes before and after: 'h w c -> (h w) c'")
    sizes: Sizes = Field(
        default=(), description="lengths of axes that the input does not tell: {p: 16, q: 16}"
    )
    examples = (
        Example(
            inputs=("30x40x3",),
            attributes={"pattern": "h w c -> (h w) c"},
            output="1200x3",
            parameters=0,
            macs=0,
            source="einops documentation, rearrange, example of a batch of 32 images 30x40x3",
            note="einops flattens to 3600 features: 'b h w c -> b (c h w)'",
        ),
        Example(
            inputs=("30x40x3",),
            attributes={"pattern": "(h h1) (w w1) c -> h w (c h1 w1)", "sizes": {"h1": 2, "w1": 2}},
            output="15x20x12",
            source="einops documentation, rearrange, example of space-to-depth",
        ),
        Example(
            inputs=("224x224x3",),
            attributes={"pattern": "(h p) (w q) c -> (h w) (p q c)", "sizes": {"p": 16, "q": 16}},
            output="196x768",
            source="Dosovitskiy et al. 2020 (ViT), section 3.1: N = HW/P² patches of P²·C numbers",
        ),
        Example(
            inputs=("2x3x5x1",),
            attributes={"pattern": "a b c 1 -> c b a 1"},
            output="5x3x2x1",
            source="PyTorch documentation, torch.permute, example, its axes in another order",
            note="PyTorch prints (5, 2, 3) for the order (2, 0, 1)",
        ),
    )

    @field_validator("pattern")
    @classmethod
    def _one_input(cls, text: str) -> str:
        found = parse(text)
        if len(found.inputs) != 1:
            raise relation(f"must name the axes of one input, not of {len(found.inputs)}")
        (before,), after = found.inputs, found.output
        for one, other, where in ((before, after, "before"), (after, before, "after")):
            names = {name for axis in other for name in axis}
            if lost := [name for axis in one for name in axis if name not in names]:
                raise relation(
                    f"must have the same names on both sides; '{lost[0]}' is only {where} the arrow"
                )
        return text

    @field_validator("sizes")
    @classmethod
    def _of_the_pattern(
        cls, sizes: tuple[tuple[str, int], ...], info: ValidationInfo
    ) -> tuple[tuple[str, int], ...]:
        if "pattern" in info.data:
            names = parse(info.data["pattern"]).names
            if unknown := [name for name, _ in sizes if name not in names]:
                raise relation(f"must be of axes in the pattern, which has no '{unknown[0]}'")
        return sizes

    @property
    def parsed(self) -> Pattern:
        """The pattern, read."""
        return parse(self.pattern)

    def lengths(self, x: Shape) -> dict[str, int]:
        """Return how long each axis of the pattern is."""
        return patterns.lengths(self.parsed, [x], dict(self.sizes))

    def shape(self, *inputs: Shape) -> Shape:
        """Multiply the lengths of what is joined."""
        return patterns.extents(self.parsed.output, self.lengths(inputs[0]))

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read places of the axis that it came from, or all of them where axes were mixed."""
        x, found = inputs[0], self.parsed
        reaches: list[Reach] = [WHOLE] * x.rank
        if len(found.output) == len(found.inputs[0]):
            sizes = self.lengths(x)
            for new, old in enumerate(self.moved_axes(x) or range(x.rank)):
                reaches[old] = _reach(found, old, new, sizes)
        return (tuple(reaches),)

    def moved_axes(self, *inputs: Shape) -> tuple[int, ...]:  # noqa: ARG002
        """Return which axis each axis came from; one that is made of several takes what is left."""
        found = self.parsed
        before, after = found.inputs[0][:-1], found.output[:-1]
        if len(before) != len(after):
            return ()
        from_: list[int | None] = [
            next((k for k, old in enumerate(before) if new and old[:1] == new[:1]), None)
            for new in after
        ]
        left = [k for k in range(len(before)) if k not in from_]
        moved = tuple(left.pop(0) if k is None else k for k in from_)
        return () if moved == tuple(range(len(moved))) else moved

    def without_effect(self, *inputs: Shape) -> str:  # noqa: ARG002
        """Say that all axes stay."""
        same = self.parsed.output == self.parsed.inputs[0]
        return "rearrange to the order that the axes have" if same else ""


def _reach(found: Pattern, old: int, new: int, sizes: dict[str, int]) -> Reach:
    """Return what a place of a new axis reads of an old one."""
    before, after = found.inputs[0], found.output
    one, other = before[old], after[new]
    if one == other:
        return POINT
    if other and one[: len(other)] == other and _all_in(one[len(other) :], after[-1]):
        block = prod(sizes[name] for name in one[len(other) :])
        return Window(block, stride=block)
    if one and other[: len(one)] == one and _all_in(other[len(one) :], before[-1]):
        return Sampled(step=1, unit=prod(sizes[name] for name in other[len(one) :]))
    return WHOLE


def _all_in(names: Axis, axis: Axis) -> bool:
    return all(name in axis for name in names)


@layer("gather")
class Gather(Moving):
    """Chosen places along one axis, in the order in which they are named. It costs nothing.

    ``gather: {axis: length, positions: [0]}`` keeps the first token of a sequence. A place may be
    named twice; negative numbers count from the end. Places that lie evenly apart may be written as
    a range: ``0..48`` up to the one before 48, ``0..48/2`` every second of them, and ``0..12/6 +
    0..3`` each of the first with each of the second added. A list may have several:
    ``[24..48, 0..24]``.
    """

    category = Category.REARRANGEMENT
    traits = frozenset({Trait.MIXES_CHANNELS})
    principal = "positions"
    axis: AxisWord = Field(
        default="channels",
        description="length, height, width, depth, channels, or its number from 1",
    )
    positions: Places = Field(description="the places, counted from 0: a list, or ranges")
    number_names = MappingProxyType({"positions": "positions"})
    examples = (
        Example(
            inputs=("3x4",),
            attributes={"axis": "length", "positions": (0, 2)},
            output="2x4",
            parameters=0,
            macs=0,
            source="PyTorch documentation, torch.index_select, example, dim 0",
        ),
        Example(
            inputs=("3x4",),
            attributes={"positions": (0, 2)},
            output="3x2",
            source="PyTorch documentation, torch.index_select, example, dim 1",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Make the axis as long as there are places."""
        x = inputs[0]
        axis = axis_number(self.axis, x, self.kind)
        n = x.extents[axis]
        for place in self.positions:
            if not -n <= place < n:
                raise ShapeError(
                    f"place {place} is not within the {n} of {x} along {self.axis}: "
                    + (f"{place} ≥ {n}" if place >= 0 else f"{place} < -{n}"),
                    attribute="positions",
                    help=f"count from 0 to {n - 1}, or from the end, from -1 to {-n}",
                )
        return x.with_extent(axis, len(self.positions))

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that was named."""
        x = inputs[0]
        axis = axis_number(self.axis, x, self.kind)
        reaches: list[Reach] = [POINT] * x.rank
        if axis < x.rank:
            n = x.size[axis]
            reaches[axis] = Gathered(tuple(int(place % n) for place in self.positions), n)
        return (tuple(reaches),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that all places stay where they are."""
        n = inputs[0].extents[axis_number(self.axis, inputs[0], self.kind)]
        return "gather of all places" if self.positions == tuple(range(n)) else ""


@layer("roll")
class Roll(Moving):
    """The map moved in a circle: what leaves at one end comes in at the other. It costs nothing.

    Output ``o`` is input ``o - amount``, as PyTorch and NumPy have it. Swin moves its map so before
    it cuts it into windows; ``attention`` with a ``shift`` does that by itself.
    """

    category = Category.REARRANGEMENT
    principal = "amount"
    amount: Offset = Field(description="how far everything moves on, for all axes or per axis")
    examples = (
        Example(
            inputs=("4x2x1",),
            attributes={"amount": (2, 1)},
            output="4x2x1",
            parameters=0,
            macs=0,
            source="PyTorch documentation, torch.roll, example with shifts (2, 1)",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the shape."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        per_axis(self.amount, x.rank, "amount")
        return x

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the place that lies as far back, counted on from the other end."""
        amounts = per_axis(self.amount, inputs[0].rank, "amount")
        return (tuple(Continued(1, before=a, border="circular") for a in amounts),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that everything comes back to where it was."""
        x = inputs[0]
        amounts = per_axis(self.amount, x.rank, "amount")
        stays = all(a % n == 0 for a, n in zip(amounts, x.size, strict=True))
        return "roll by whole turns" if stays else ""
