"""Deformable convolution: a convolution whose taps go where another branch sends them."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import POINT, WHOLE, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import Count, Padding
from cnnanalyze.layers.base import Example, layer
from cnnanalyze.layers.conv import Sliding, refuse_groups
from cnnanalyze.layers.traits import Labels, Trait


@layer("deform_conv")
class DeformConv(Sliding):
    """Deformable convolution: each tap of each window is moved by an offset that is an input.

    It reads a map and, for every position of the output, where its taps are moved to: ``from: [map,
    offset]`` (version 1). A third input, ``from: [map, offset, mask]``, is a weight for each tap
    (version 2). Both are made by convolutions of their own, which are layers of their own; a mask
    mostly goes through a ``sigmoid``.

    With ``r`` axes and ``T`` taps the offset has ``r·T`` channels: for each tap, row by row, its
    move along each axis. With a multiple ``G·r·T`` there are ``G`` groups of channels of the map,
    each with offsets of its own; the mask has ``G·T`` channels. So torchvision has it.

    A tap between positions reads the mean of its ``2^r`` neighbours, weighed by their nearness;
    outside of the map there are zeros. That costs ``2^r`` multiplications per tap, channel and
    position and one addition less, beside the multiply-accumulates of the convolution itself, which
    are those of ``conv``, as are sizes and weights.

    What it reads is not bounded: an offset may lead anywhere, so every unit may see the whole map.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.FULL_DEPTH, Trait.MIXES_CHANNELS})
    labels = Labels("deformable conv")
    principal = "filters"
    arity = (2, 3)
    padding: Padding = Field(
        default="valid", description="'valid', 'same', or zeros at the borders"
    )
    filters: Count = Field(description="number of filters: channels of the output")
    groups: Count = Field(default=1, description="independent groups of channels of the kernel")
    examples = (
        Example(
            inputs=("64x64x64", "64x64x18"),
            attributes={"filters": 64, "kernel": 3, "padding": 1},
            output="64x64x64",
            parameters=36_928,
            macs=150_994_944,
            source="facebookresearch/fvcore#121: a deformable 3x3 convolution of 64 channels",
        ),
        Example(
            inputs=("10x10x3", "8x8x18", "8x8x9"),
            attributes={"filters": 5, "kernel": 3, "bias": False},
            output="8x8x5",
            source="torchvision documentation, deform_conv2d, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per filter."""
        x, *_ = inputs
        size = self.slid(x)
        refuse_groups(self.groups, x.channels, self.filters)
        self.offset_groups(*inputs)
        for what, given in zip(("offset", "mask"), inputs[1:], strict=False):
            if given.size != size:
                raise ShapeError(
                    f"{what} {given} does not have the size of the output: "
                    f"{_said(given.size)} ≠ {_said(size)}",
                    help="make it with a convolution of the same kernel, stride, padding and "
                    "dilation",
                    code="SH001",
                )
        return Shape(size, self.filters)

    def offset_groups(self, *inputs: Shape) -> int:
        """Return how many groups of channels have offsets of their own, or refuse the offsets."""
        x, offset, *masks = inputs
        taps = self.taps(x)
        each = x.rank * taps
        if offset.channels % each or x.channels % (groups := offset.channels // each):
            raise ShapeError(
                f"offset has {offset.channels} channels, but {taps} taps are moved along {x.rank} "
                f"axes: {offset.channels} is not {each} times a divisor of the {x.channels} "
                "channels of the map",
                help=f"give it {each} channels, or a multiple",
                code="SH003",
            )
        if masks and masks[0].channels != groups * taps:
            raise ShapeError(
                f"mask has {masks[0].channels} channels, but the offset moves {groups * taps} "
                f"taps: {masks[0].channels} ≠ {groups * taps}",
                help=f"give it {groups * taps} channels, one for each tap",
                code="SH003",
            )
        return groups

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one kernel per filter, and its bias."""
        x = inputs[0]
        return self.tensors(x, (x.channels // self.groups, self.filters), self.filters)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Find the place of every tap, weigh its neighbours, and do as a convolution does."""
        x = inputs[0]
        corners, read = 2**x.rank, output.positions * self.taps(x)
        moved = read * self.offset_groups(*inputs)
        masked = read * x.channels if len(inputs) > 2 else 0  # noqa: PLR2004 - the third is the mask
        return Cost(
            mac=output.count * self.taps(x) * (x.channels // self.groups),
            add=moved * 3 * x.rank
            + read * x.channels * (corners - 1)
            + (output.count if self.bias else 0),
            multiply=moved * corners * (x.rank - 1) + read * x.channels * corners + masked,
        )

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the whole map, and the offsets and weights of the own place."""
        x, *others = inputs
        return ((WHOLE,) * x.rank, *((POINT,) * given.rank for given in others))


def _said(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size)) or "a vector"
