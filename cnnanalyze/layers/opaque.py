"""Opaque layers: what is declared of a part of a network that nobody wrote out."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import WHOLE, Reach, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import Figure, Seen, ShapeText, Words
from cnnanalyze.layers.base import Example, Layer, layer
from cnnanalyze.layers.traits import Category, Labels, Trait


@layer("opaque")
class Opaque(Layer):
    """A part that is not written out: its numbers are counted as they are declared.

    It stands for what one does not have, such as an operation of somebody else's. ``output`` is its
    shape, ``parameters`` and ``macs`` are what it holds and costs (``1.2M`` is 1,200,000); where
    ``macs`` is left out, they are not known. ``field`` says what a unit sees of each input:
    ``3x3``, ``all``, or that it is not known. ``about`` says what it is.

    Whatever has such a layer in it is marked as partial, and the layer is named: nobody has checked
    its numbers. Nobody can run it, so that ``verify`` refuses the network.
    """

    category = Category.OTHER
    traits = frozenset({Trait.OPAQUE})
    principal = "output"
    arity = (1, None)
    output: ShapeText = Field(description="shape of the output, channels last: 7x7x256")
    parameters: Figure = Field(default=0, description="learnable numbers, such as 1.2M")
    macs: Figure | None = Field(
        default=None, description="multiply-accumulates, such as 40M; not known if left out"
    )
    field: Seen = Field(
        default="unknown", description="what a unit sees of the input: '3x3', 'all' or 'unknown'"
    )
    about: Words = Field(default="", description="what it is")
    labels = Labels("opaque")
    examples = (
        Example(
            inputs=("224x224x3",),
            attributes={
                "output": "7x7x2048",
                "parameters": 23_508_032,
                "macs": 4_087_136_256,
                "field": "all",
                "about": "ResNet-50 without its classifier",
            },
            output="7x7x2048",
            parameters=23_508_032,
            macs=4_087_136_256,
            source="torchvision, resnet50: 25,557,032 parameters and 4,089,184,256 MACs, of which "
            "2,049,000 and 2,048,000 are those of its classifier",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Take the shape that is declared."""
        *size, channels = map(int, self.output.split("x"))
        if self.field not in {"all", "unknown"}:
            for x in inputs:
                self.extents(x)
        return Shape(tuple(size), channels)

    def extents(self, x: Shape) -> tuple[int, ...]:
        """Return the declared receptive field along each axis of an input."""
        found = tuple(map(int, self.field.split("x")))
        if len(found) not in {1, x.rank}:
            raise ShapeError(
                f"field {self.field} has {len(found)} extents, but its input {x} has {x.rank}: "
                f"{len(found)} ≠ {x.rank}",
                attribute="field",
                help=f"give one extent for all axes, or {x.rank} of them",
                code="SH004",
            )
        return found * x.rank if len(found) == 1 else found

    def params(self, *inputs: Shape) -> tuple[Param, ...]:  # noqa: ARG002 - as it is declared
        """Hold as many numbers as are declared."""
        return (Param("declared", (self.parameters,)),) if self.parameters else ()

    def cost(self, output: Shape, *inputs: Shape) -> Cost | None:  # noqa: ARG002
        """Cost what is declared, if it is known."""
        return None if self.macs is None else Cost(mac=self.macs)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...] | None:
        """Read what is declared, in windows that lie evenly on each axis."""
        if self.field == "unknown":
            return None
        output = self.shape(*inputs)
        return tuple(self.read(x, output) for x in inputs)

    def read(self, x: Shape, output: Shape) -> tuple[Reach, ...]:
        """Return what a unit reads of one input."""
        if self.field == "all" or x.rank != output.rank:
            return (WHOLE,) * x.rank
        strides = [-(-n // m) for n, m in zip(x.size, output.size, strict=True)]
        return tuple(
            Window(k, stride=s, before=max(k - s, 0) // 2)
            for k, s in zip(self.extents(x), strides, strict=True)
        )
