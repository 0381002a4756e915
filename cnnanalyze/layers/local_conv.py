"""Convolutions of few connections: by a table of channels, or with weights at every position."""

from functools import cached_property

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    Count,
    Table,
    per_axis,
)
from cnnanalyze.layers.base import Example, layer
from cnnanalyze.layers.conv import Sliding
from cnnanalyze.layers.traits import Labels, Trait


@layer("table_conv")
class TableConv(Sliding):
    """Convolution whose output maps each read only some input channels, named in a table.

    So LeNet-5 (1998) connects its third layer: ``table: [[0, 1, 2], [1, 2, 3], ...]`` has one row
    per output map, and the row names the input channels that the map reads, counted from 0.

    With ``K`` connections in the whole table the layer holds ``k·k·K`` weights and one bias per
    map; every output position costs ``k·k·K`` multiply-accumulates.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.MIXES_CHANNELS})
    labels = Labels("conv by table")
    principal = "table"
    table: Table = Field(description="per output map, the input channels it reads, from 0")
    examples = (
        Example(
            inputs=("14x14x6",),
            attributes={
                "kernel": 5,
                "table": (
                    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
                    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5)),
                    *((0, 1, 2, 5), (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
                    (0, 1, 2, 3, 4, 5),
                ),
            },
            output="10x10x16",
            parameters=1_516,
            macs=150_000,
            source="LeCun et al. 1998, LeNet-5, layer C3 and table I",
            note="the paper prints 151,600 connections: 1,600 of them are the biases",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per row of the table."""
        x = inputs[0]
        size = self.slid(x)
        for number, row in enumerate(self.table):
            largest = max(row)
            if largest >= x.channels:
                raise ShapeError(
                    f"row {number} of the table names input channel {largest}, but the input has "
                    f"{x.channels} channels, 0 to {x.channels - 1}: {largest} ≥ {x.channels}",
                    attribute="table",
                    help="count the input channels from 0",
                )
        return Shape(size, self.maps)

    @cached_property
    def connections(self) -> int:
        """The number of pairs of input channel and output map."""
        return sum(map(len, self.table))

    @cached_property
    def maps(self) -> int:
        """The number of output maps."""
        return len(self.table)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one flat kernel per connection, and one bias per map."""
        return self.tensors(inputs[0], (self.connections,), self.maps)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate every weight at every output position."""
        macs = output.positions * self.taps(inputs[0]) * self.connections
        return Cost(mac=macs, add=output.count if self.bias else 0)


@layer("local_conv", "locally_connected")
class LocalConv(Sliding):
    """Locally connected layer: a convolution that shares no weights between its positions.

    Every output position has kernels and biases of its own. It reads and costs what a convolution
    does, ``k·k·C_in·C_out`` multiply-accumulates per output position, but holds that many weights,
    and one bias per filter, *for each position* too: its parameters grow with the map.
    """

    traits = frozenset({Trait.CONVOLUTION, Trait.UNSHARED_WEIGHTS, Trait.MIXES_CHANNELS})
    principal = "filters"
    filters: Count = Field(description="number of filters: channels of the output")
    examples = (
        Example(
            inputs=("32x32x3",),
            attributes={"filters": 64, "kernel": 3},
            output="30x30x64",
            parameters=1_612_800,
            source="Keras documentation, LocallyConnected2D, example",
            note="printed as (30*30)*(3*3*3*64) + (30*30)*64",
        ),
        Example(
            inputs=("30x30x64",),
            attributes={"filters": 32, "kernel": 3},
            output="28x28x32",
            source="Keras documentation, LocallyConnected2D, example, second layer",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Slide over every axis; one channel per filter."""
        return Shape(self.slid(inputs[0]), self.filters)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold one kernel per filter and position, and its bias."""
        x = inputs[0]
        places = self.slid(x)
        taps = per_axis(self.kernel, x.rank, "kernel")
        weights = Param("kernel", (*places, *taps, x.channels, self.filters))
        return (weights, Param("bias", (*places, self.filters))) if self.bias else (weights,)

    def cost(self, output: Shape, *inputs: Shape) -> Cost:
        """Multiply and accumulate every weight once."""
        x = inputs[0]
        activations = output.count
        macs = activations * self.taps(x) * x.channels
        return Cost(mac=macs, add=activations if self.bias else 0)
