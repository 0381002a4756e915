"""Reduction: one number of all that lie along some axes."""

from pydantic import Field

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT, WHOLE, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import AxisWords, Flag, axis_numbers, choice
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Labels, Trait


@layer("reduce")
class Reduce(Layer):
    """One number of all that lie along some axes: mean, sum, largest, smallest, variance, L2 norm.

    ``reduce: {axes: channels, method: max}`` makes one channel of all, ``reduce: positions`` the
    mean of every channel. The axes keep an extent of 1, so that the result can be joined with what
    it was made of; spatial ones go with ``keep: false``. The variance is divided by the number of
    elements, as in normalisations; PyTorch's own default divides by one less.

    The receptive field is exact along axes that stay. Where axes go and others are left, every
    unit counts as seeing all of these.

    ``n`` numbers cost ``n - 1`` additions or comparisons, and the mean a division. The variance
    costs ``3·n - 2`` additions, ``n`` multiplications and two divisions, the L2 norm ``n``
    multiplications, ``n - 1`` additions and a root.
    """

    category = Category.POOLING
    traits = frozenset({Trait.MIXES_CHANNELS})
    labels = Labels(shown=("method", "axes"))
    principal = "axes"
    axes: AxisWords = Field(
        description="channels, height, width, length or depth, a list of these, "
        "'positions' (all but the channels) or 'all'"
    )
    method: choice("mean", "sum", "max", "min", "var", "l2") = Field(  # type: ignore[valid-type]  # made from its words
        default="mean", description="'mean', 'sum', 'max', 'min', 'var' or 'l2'"
    )
    keep: Flag = Field(default=True, description="whether the axes stay, with an extent of 1")
    examples = (
        Example(
            inputs=("56x56x256",),
            attributes={"axes": "channels", "method": "max"},
            output="56x56x1",
            parameters=0,
            macs=0,
            source="Woo et al. 2018 (CBAM), section 3.2: F_max of 1 x H x W, pooled over channels",
            note="the map is that of conv2_x in ResNet-50",
        ),
        Example(
            inputs=("4x4",),
            attributes={"axes": "channels"},
            output="4x1",
            source="PyTorch documentation, torch.mean, example of 4x4 along dim 1, keepdim=True",
        ),
        Example(
            inputs=("3x4",),
            attributes={"axes": "length", "keep": False},
            output="4",
            source="Keras documentation, GlobalAveragePooling1D, example (2, 3, 4)",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Leave one number along every axis, or nothing of the axis."""
        x = inputs[0]
        if self.axes == "positions":
            refuse_vector(self.kind, x)
        reduced = axis_numbers(self.axes, x, self.kind)
        if self.keep:
            *size, channels = (1 if a in reduced else n for a, n in enumerate(x.extents))
            return Shape(tuple(size), channels)
        if x.rank in reduced:
            raise ShapeError(
                "the channels cannot be dropped: every map has at least one",
                attribute="keep",
                help="leave 'keep' out; 'reshape' or 'rearrange' makes another axis the channels",
            )
        return Shape(tuple(n for a, n in enumerate(x.size) if a not in reduced), x.channels)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Bring all numbers together."""
        read, made = inputs[0].count, output.count
        match self.method:
            case "sum":
                return Cost(add=read - made)
            case "mean":
                return Cost(add=read - made, divide=made)
            case "var":
                return Cost(add=3 * read - 2 * made, multiply=read, divide=2 * made)
            case "l2":
                return Cost(add=read - made, multiply=read, power=made)
            case _:
                return Cost(compare=read - made)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the axes whole, and the same place along the others, if they stay axes."""
        x = inputs[0]
        reduced = axis_numbers(self.axes, x, self.kind)
        gone = not self.keep
        return (tuple(WHOLE if gone or a in reduced else POINT for a in range(x.rank)),)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that there is one number along these axes."""
        kept = self.method in {"mean", "sum", "max", "min"} and self.shape(*inputs) == inputs[0]
        return "reduce along axes of one element" if kept else ""
