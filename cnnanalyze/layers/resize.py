"""Resizing: nearest neighbour, linear and cubic interpolation."""

from fractions import Fraction

from pydantic import Field, ValidationInfo, field_validator

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import Reach
from cnnanalyze.core.resampling import Sampled
from cnnanalyze.core.shape import Shape, axis_name
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import (
    Extent,
    Factor,
    Flag,
    Number,
    choice,
    per_axis,
    refuse_both_or_none,
    relation,
)
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.traits import Category, Trait

NEIGHBOURS = {"bilinear": 2, "bicubic": 4}
"""How many indices along an axis the methods interpolate between."""
COORDINATES = ("half_pixel", "align_corners", "asymmetric")


@layer("resize", "upsample")
class Resize(Layer):
    """The map in another size, by nearest neighbour or interpolated; nothing is learned.

    Either ``scale`` gives the factor, which may be a fraction, or ``size`` the new size. A factor
    ``s`` makes ``⌊n·s⌋`` of ``n``, and from one output to the next the input moves by ``1/s``; a
    size ``m`` moves it by ``n/m``. That differs where ``n·s`` is not whole: seven pixels enlarged
    1.5 times are ten, at steps of 2/3 and not of 7/10. So PyTorch and ONNX have it.

    ``nearest`` reads, for output ``o`` and a step ``r``, the input ``⌊o·r⌋`` and costs nothing, and
    so does ``nearest_exact``, which reads the input whose centre is nearest, ``⌊(o + 1/2)·r⌋``.
    Frameworks mean one or the other where the factor is not whole: the first is PyTorch's
    ``nearest``, the second its ``nearest-exact`` and TensorFlow's.

    ``bilinear`` interpolates along every axis between the two inputs around a position, and
    ``bicubic`` between four; with ``r`` axes every element costs ``2^r`` or ``4^r`` multiplications
    and one addition less. Where the position is, ``coordinates`` says: ``half_pixel`` at ``(o +
    1/2)·r - 1/2`` (PyTorch, TensorFlow 2, ONNX), ``align_corners`` at ``o·(n - 1)/(m - 1)``,
    ``asymmetric`` at ``o·r`` (TensorFlow 1, ONNX). What lies outside is the border.

    The weights of ``bicubic`` are Keys' with the coefficient -0.75 of PyTorch and ONNX; TensorFlow
    has -0.5, and with ``exclude_outside`` gives the weights of what lies outside to the others.
    """

    category = Category.RESIZING
    traits = frozenset({Trait.UPSAMPLING})
    principal = "scale"
    scale: Factor | None = Field(
        default=None, description="factor, maybe a fraction, for all axes or per axis"
    )
    size: Extent | None = Field(
        default=None, description="new size, for all axes or per axis", validate_default=True
    )
    method: choice("nearest", "nearest_exact", *NEIGHBOURS) = Field(  # type: ignore[valid-type]  # made from its words
        default="nearest", description="'nearest', 'nearest_exact', 'bilinear' or 'bicubic'"
    )
    align_corners: Flag = Field(
        default=False, description="PyTorch's word for 'coordinates: align_corners'"
    )
    coordinates: choice(*COORDINATES) | None = Field(  # type: ignore[valid-type]  # made from its words
        default=None,
        description="where outputs lie on the input ('bilinear', 'bicubic'): 'half_pixel' (by "
        "default), 'align_corners' or 'asymmetric'",
    )
    coefficient: Number = Field(
        default=-0.75, description="a of the cubic weights; -0.5 in TensorFlow ('bicubic')"
    )
    exclude_outside: Flag = Field(
        default=False, description="whether only inputs on the map are weighed ('bicubic')"
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
        Example(
            inputs=("7x7x3",),
            attributes={"scale": 1.5, "method": "bilinear"},
            output="10x10x3",
            source="PyTorch, torch.nn.Upsample(scale_factor=1.5): 7 rows make 10",
            note="Tencent/ncnn#6836: read at steps of 2/3, not of 7/10",
        ),
    )

    @field_validator("size")
    @classmethod
    def _one_of_two(
        cls, value: int | tuple[int, ...] | None, info: ValidationInfo
    ) -> int | tuple[int, ...] | None:
        refuse_both_or_none(value, info, "scale")
        return value

    @field_validator("align_corners", "coordinates")
    @classmethod
    def _only_interpolated(
        cls, value: bool | str | None, info: ValidationInfo
    ) -> bool | str | None:
        method = info.data.get("method", "bilinear")
        if value and method not in NEIGHBOURS:
            must, why = ("be false", "corners align")
            if isinstance(value, str):
                must, why = ("be left out", "coordinates count")
            raise relation(
                f"must {must} with method '{method}': {why} in 'bilinear' and 'bicubic' only"
            )
        if isinstance(value, str) and info.data.get("align_corners") and value != COORDINATES[1]:
            raise relation(f"must be 'align_corners' if that is true, not '{value}'")
        return value

    @field_validator("exclude_outside")
    @classmethod
    def _only_bicubic(cls, value: bool, info: ValidationInfo) -> bool:
        method = info.data.get("method", "bicubic")
        if value and method != "bicubic":
            raise relation(f"must be false with method '{method}': it is known to 'bicubic' only")
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
        found = tuple(map(_scaled, x.size, self.factors(x)))
        for axis, (n, m) in enumerate(zip(x.size, found, strict=True)):
            if m < 1:
                factor = self.factors(x)[axis]
                raise ShapeError(
                    f"scale {factor} leaves nothing of {axis_name(axis, x.rank)} {n}: "
                    f"{n} · {factor} < 1",
                    attribute="scale",
                    help=f"use a scale of at least 1/{n}, or 'size'",
                    code="SH002",
                )
        return found

    def factors(self, x: Shape) -> tuple[int | float, ...]:
        """Return the factor of every axis."""
        if isinstance(self.scale, float):
            return (self.scale,) * x.rank
        return per_axis(self.scale or 1, x.rank, "scale")  # type: ignore[arg-type]  # as many are as many

    @property
    def placed(self) -> str:
        """Where outputs lie on the input."""
        return COORDINATES[1] if self.align_corners else self.coordinates or COORDINATES[0]

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Weigh and add up the inputs around every position."""
        if self.method not in NEIGHBOURS:
            return Cost()
        corners = NEIGHBOURS[self.method] ** output.rank
        activations = output.count
        return Cost(multiply=activations * corners, add=activations * (corners - 1))

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Sample every axis."""
        x = inputs[0]
        return (tuple(map(self.sampled, x.size, self.resized(x), self.steps(x))),)

    def steps(self, x: Shape) -> tuple[tuple[int, int], ...]:
        """Return, for every axis, how far the input moves from one output to the next: a ratio."""
        sizes = zip(x.size, self.resized(x), strict=True)
        if self.size is not None:
            return tuple(sizes)
        # A factor that makes a whole number of outputs moves by n/m.
        return tuple(
            (n, m) if n * up == m * down else (down, up)
            for (n, m), (up, down) in zip(sizes, map(_ratio, self.factors(x)), strict=True)
        )

    def sampled(self, n: int, m: int, step: tuple[int, int]) -> Sampled:
        """Return the index map from ``m`` outputs to ``n`` inputs."""
        over, under = step
        if self.method == "nearest":
            return Sampled(step=over, unit=under)
        if self.method == "nearest_exact":
            return Sampled(step=2 * over, unit=2 * under, offset=over)
        around = NEIGHBOURS[self.method]
        match self.placed:
            case "align_corners":
                return Sampled(step=n - 1, unit=max(m - 1, 1), neighbours=around)
            case "asymmetric":
                return Sampled(step=over, unit=under, neighbours=around)
            case _:
                return Sampled(2 * over, 2 * under, offset=over - under, neighbours=around)

    def without_effect(self, *inputs: Shape) -> str:
        """Say that every place is read where it is: of 7 a scale of 1.1 makes 7, but other ones."""
        x = inputs[0]
        if self.shape(x) != x:
            return ""
        stays = all(map(self._stays, x.size, self.steps(x)))
        return "resize to the size that it has" if stays else ""

    def _stays(self, n: int, step: tuple[int, int]) -> bool:
        """Whether along an axis every output is the input at its place."""
        if n == 1:
            return True
        found, last = self.sampled(n, n, step), n - 1
        if self.method in NEIGHBOURS:
            return found.step == found.unit
        return (found.step * last + found.offset) // found.unit == last  # the farthest from its own


def _ratio(factor: float) -> tuple[int, int]:
    """Return a factor as the ratio of whole numbers that was written: 1.3 is 13 to 10."""
    return Fraction(str(factor)).as_integer_ratio()


def _scaled(n: int, factor: float) -> int:
    if isinstance(factor, int):
        return n * factor
    up, down = _ratio(factor)
    return n * up // down
