"""Unpooling: numbers go back to where max pooling found the largest."""

from pydantic import Field

from cnnanalyze.core.partition import Blocks
from cnnanalyze.core.reach import Reach
from cnnanalyze.core.resampling import Sampled
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import Extent, per_axis
from cnnanalyze.layers.base import Example, layer, refuse_vector
from cnnanalyze.layers.reshape import Moving
from cnnanalyze.layers.traits import Category, Labels, Trait
from cnnanalyze.layers.window import slides


@layer("unpool", "max_unpool")
class Unpool(Moving):
    """Max unpooling: each number goes back to where a max pool found its largest, among zeros.

    It is paired with its pool by name: ``{unpool: {kernel: 2}, from: [^1, pool1]}`` reads the layer
    before, and where each window of ``pool1`` had its largest element. So the size that the pool
    read comes out, whatever remainder it left. The windows lie side by side, and are as large as
    the pool's.

    Nothing is learned, and nothing is computed: where the largest were, the pool found out. In the
    network it reads what the pool read.
    """

    category = Category.RESIZING
    traits = frozenset({Trait.UPSAMPLING, Trait.UNPOOLING})
    labels = Labels("unpool")
    principal = "kernel"
    arity = (2, 2)
    kernel: Extent = Field(description="size of the pool's windows, for all axes or per axis")
    examples = (
        Example(
            inputs=("2x2x1", "4x4x1"),
            attributes={"kernel": 2},
            output="4x4x1",
            parameters=0,
            source="PyTorch documentation, MaxUnpool2d, example",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Take the size that the pool read."""
        y, x = inputs
        refuse_vector(self.kind, x)
        pooled = tuple(fit.output for fit in slides(x.size, self.kernel, self.kernel, 1, 0))
        if y.size != pooled or y.channels != x.channels:
            wanted = Shape(pooled, x.channels)
            raise ShapeError(
                f"unpool gets {y}, but a pool of {x} in windows of "
                f"{'x'.join(map(str, self.windows(x)))} gives {wanted}: {y} ≠ {wanted}",
                attribute="kernel",
                help="name the pool that belongs to it, and give it as many channels as that has",
                code="SH001",
            )
        return x

    def windows(self, x: Shape) -> tuple[int, ...]:
        """Return the extents of a window."""
        return per_axis(self.kernel, x.rank, "kernel")

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the number of the own window, and all that the pool compared in it."""
        y, x = inputs
        each = self.windows(x)
        return (
            tuple(Sampled(step=1, unit=k) for k in each),
            tuple(Blocks(k, count=m) for k, m in zip(each, y.size, strict=True)),
        )
