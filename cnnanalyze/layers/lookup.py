"""Lookup: rows of a learned table in the place of numbers that name them."""

from types import MappingProxyType

from pydantic import Field

from cnnanalyze.core.cost import Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import Count
from cnnanalyze.layers.base import Example, layer
from cnnanalyze.layers.reshape import Moving
from cnnanalyze.layers.traits import Category, Trait


@layer("embedding")
class Embedding(Moving):
    """Embedding: each number of the input names a word, and the row of that word comes out.

    A vector of ``n`` words becomes a sequence ``n x size``; a map of one channel keeps its axes.
    The table holds ``words·size`` weights; to look a row up costs nothing.

    A layer that turns rows into words again may use the same table, transposed: ``share:`` of a
    ``dense`` or a ``conv`` with a kernel of 1, without bias. Then it is counted once.

    Numbers are rounded down, and held inside the table.
    """

    category = Category.SEQUENCE
    traits = frozenset({Trait.LOOKUP})
    principal = "size"
    number_names = MappingProxyType({"size": "row"})
    words: Count = Field(description="rows of the table: words that are known")
    size: Count = Field(description="numbers of one row: channels of the output")
    examples = (
        Example(
            inputs=("4",),
            attributes={"words": 10, "size": 3},
            output="4x3",
            source="PyTorch documentation, Embedding, example",
        ),
        Example(
            inputs=("256",),
            attributes={"words": 50_000, "size": 384},
            output="256x384",
            parameters=19_200_000,
            macs=0,
            source="TylerYep/torchinfo#377: a table of 50,000 rows of 384 numbers",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Put a row in the place of each number."""
        x = inputs[0]
        if x.is_vector:
            return Shape((x.channels,), self.size)
        if x.channels != 1:
            raise ShapeError(
                f"embedding reads one number at each position, but its input has {x.channels} "
                f"channels: {x.channels} ≠ 1",
                help=f"give it a vector, or a map of one channel such as {x.size[0]}x1",
                code="SH004",
            )
        return Shape(x.size, self.size)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:  # noqa: ARG002 - whatever is looked up
        """Hold the table."""
        return (Param("table", (self.words, self.size)),)
