"""Resizing: nearest neighbour and linear interpolation."""

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import Reach, Sampled
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import Extent, Flag, choice, per_axis
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Trait


@layer("resize", "upsample")
class Resize(Layer):
    """The map in another size, by nearest neighbour or by linear interpolation; nothing is learned.

    Either ``scale`` gives the factor or ``size`` the new size. ``nearest`` reads, for output
    ``o`` of ``m``, the input ``⌊o·n/m⌋`` of ``n`` and costs nothing, and so does
    ``nearest_exact``, which reads the input whose centre is nearest, ``⌊(o + 1/2)·n/m⌋``.
    Frameworks mean one or the other where the factor is not whole: the first is PyTorch's
    ``nearest``, the second its ``nearest-exact`` and TensorFlow's. ``bilinear`` interpolates
    along every axis around ``(o + 1/2)·n/m - 1/2``, held inside the map, or around ``o·(n -
    1)/(m - 1)`` with ``align_corners``; with ``r`` axes every element costs ``2^r``
    multiplications and ``2^r - 1`` additions.
    """

    category = Category.RESIZING
    traits = frozenset({Trait.UPSAMPLING})
    principal = "scale"
    scale: Extent | None = Field(default=None, description="factor, for all axes or per axis")
    size: Extent | None = Field(
        default=None, description="new size, for all axes or per axis", validate_default=True
    )
    method: choice("nearest", "nearest_exact", "bilinear") = Field(  # type: ignore[valid-type]  # made from its words
        default="nearest", description="'nearest', 'nearest_exact' or 'bilinear'"
    )
    align_corners: Flag = Field(
        default=False, description="whether the corners of input and output coincide (bilinear)"
    )
    examples = (
        Example(
            inputs=("2x1x3",),
            attributes={"scale": (1, 2)},
            output="2x2x3",
            source="Keras documentation, UpSampling2D, example",
        ),
        Example(
            inputs=("1x2x1x3",),
            attributes={"scale": 2},
            output="2x4x2x3",
            source="Keras documentation, UpSampling3D, example (2, 1, 2, 1, 3)",
        ),
        Example(
            inputs=("2x2x1",),
            attributes={"scale": 2, "method": "bilinear"},
            output="4x4x1",
            parameters=0,
            source="PyTorch documentation, Upsample, example",
        ),
    )

    @field_validator("size")
    @classmethod
    def _one_of_two(
        cls, value: int | tuple[int, ...] | None, info: ValidationInfo
    ) -> int | tuple[int, ...] | None:
        if "scale" in info.data and (value is None) == (info.data["scale"] is None):
            here = "missing" if value is None else "given"
            raise _refusal(f"must be given exactly when 'scale' is not; both are {here}")
        return value

    @field_validator("align_corners")
    @classmethod
    def _only_bilinear(cls, value: bool, info: ValidationInfo) -> bool:
        method = info.data.get("method", "bilinear")
        if value and method != "bilinear":
            raise _refusal(
                f"must be false with method '{method}': corners align in 'bilinear' only"
            )
        return value

    def shape(self, *inputs: Shape) -> Shape:
        """Multiply every axis, or take the size that was asked for."""
        x = inputs[0]
        refuse_vector(self.kind, x)
        return Shape(self.resized(x), x.channels)

    def resized(self, x: Shape) -> tuple[int, ...]:
        """Return the new spatial size."""
        if self.size is not None:
            return per_axis(self.size, x.rank, "size")
        factors = per_axis(self.scale or 1, x.rank, "scale")
        return tuple(n * factor for n, factor in zip(x.size, factors, strict=True))

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Weigh and add up the corners around every position."""
        if self.method != "bilinear":
            return Cost()
        corners = 2**output.rank
        activations = output.count
        return Cost(multiply=activations * corners, add=activations * (corners - 1))

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Sample every axis."""
        x = inputs[0]
        return (tuple(map(self.sampled, x.size, self.resized(x))),)

    def sampled(self, n: int, m: int) -> Sampled:
        """Return the index map from ``m`` outputs to ``n`` inputs."""
        if self.method == "nearest":
            return Sampled(step=n, unit=m)
        if self.method == "nearest_exact":
            return Sampled(step=2 * n, unit=2 * m, offset=n)
        if self.align_corners:
            return Sampled(step=n - 1, unit=max(m - 1, 1), linear=True)
        return Sampled(step=2 * n, unit=2 * m, offset=n - m, linear=True)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that the size is there."""
        return "resize to the size that it has" if self.shape(*inputs) == inputs[0] else ""


def _refusal(text: str) -> PydanticCustomError:
    return PydanticCustomError("relation", "{text}", {"text": text})
