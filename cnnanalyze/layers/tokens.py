"""Tokens: what transformers add to a sequence of positions before they attend."""

from pydantic import Field

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import Reach, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import Count, choice
from cnnanalyze.layers.base import Elementwise, Example, layer, refuse_vector
from cnnanalyze.layers.reshape import Moving
from cnnanalyze.layers.traits import Category


def refuse_map(kind: str, x: Shape) -> None:
    """Raise unless the input is a sequence: one spatial axis."""
    refuse_vector(kind, x)
    if x.rank > 1:
        raise ShapeError(
            f"{kind} needs a sequence, but its input {x} has {x.rank} spatial axes: {x.rank} ≠ 1",
            help="make a sequence of the map: rearrange: 'h w c -> (h w) c'",
            code="SH004",
        )


@layer("class_token")
class ClassToken(Moving):
    """Learned tokens before those of a sequence, the same for every image.

    A transformer that classifies images reads its answer off the first token; DeiT has a second one
    for what it is to distil, other networks some more as registers. It costs nothing.
    """

    category = Category.ATTENTION
    principal = "tokens"
    tokens: Count = Field(default=1, description="how many tokens are put first")
    examples = (
        Example(
            inputs=("196x768",),
            attributes={},
            output="197x768",
            parameters=768,
            macs=0,
            source="torchvision 0.29.1, vit_b_16, class_token",
        ),
        Example(
            inputs=("196x192",),
            attributes={"tokens": 2},
            output="198x192",
            source="Touvron et al. 2020 (DeiT), section 4: a class token and a distillation token",
            note="DeiT-Ti at 224x224 in patches of 16",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Add the tokens."""
        x = inputs[0]
        refuse_map(self.kind, x)
        return Shape((x.size[0] + self.tokens,), x.channels)

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold the tokens."""
        return (Param("tokens", (self.tokens, inputs[0].channels)),)

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:  # noqa: ARG002
        """Read the place that lies as many tokens earlier."""
        return ((Window(1, before=self.tokens),),)


@layer("position_embedding")
class PositionEmbedding(Elementwise):
    """A vector for every position, added to what stands there, so that positions differ.

    ``learned`` holds as many numbers as its input has. ``sinusoidal`` holds none: the number of
    channel ``c`` at position ``n`` of a sequence is the sine (``c`` even) or the cosine of
    ``n / 10000^(2·⌊c/2⌋/C)``. One addition per element.
    """

    category = Category.ATTENTION
    principal = "method"
    method: choice("learned", "sinusoidal") = Field(  # type: ignore[valid-type]  # made from its words
        default="learned", description="learned, or sinusoidal as in the first transformer"
    )
    per_element = Cost(add=1)
    examples = (
        Example(
            inputs=("197x768",),
            attributes={},
            output="197x768",
            parameters=151_296,
            source="torchvision 0.29.1, vit_b_16, encoder.pos_embedding",
        ),
        Example(
            inputs=("10x512",),
            attributes={"method": "sinusoidal"},
            output="10x512",
            parameters=0,
            source="Vaswani et al. 2017, section 3.5: sinusoids of as many numbers as d_model, 512",
        ),
    )

    def shape(self, *inputs: Shape) -> Shape:
        """Keep the shape."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        if self.method == "sinusoidal":
            refuse_map("a sinusoidal position_embedding", x)
        return x

    def params(self, *inputs: Shape) -> tuple[Param, ...]:
        """Hold a number for every element, if they are learned."""
        x = inputs[0]
        return (Param("positions", x.extents),) if self.method == "learned" else ()
