"""Products of branches: what two computed maps or more give when axes are multiplied and summed."""

from collections.abc import Sequence
from math import prod
from typing import ClassVar, NamedTuple

from pydantic import Field, field_validator

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT, WHOLE, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers import pattern as patterns
from cnnanalyze.layers.attributes import Flag, PatternText, relation
from cnnanalyze.layers.base import Example, Layer, layer, refuse_vector
from cnnanalyze.layers.merge import refuse_extents, refuse_ranks
from cnnanalyze.layers.pattern import Pattern, parse
from cnnanalyze.layers.traits import Category, Labels, Trait


class Contraction(Layer):
    """What products of branches share: named axes, of which some are summed."""

    category = Category.JOIN
    traits = frozenset({Trait.JOIN})
    arity: ClassVar[tuple[int, int | None]] = (2, None)

    def named(self, inputs: Sequence[Shape]) -> Pattern:
        """Return the names of all axes."""
        raise NotImplementedError

    def shape(self, *inputs: Shape) -> Shape:
        """Take the lengths of the axes that the output names."""
        named = self.named(inputs)
        return patterns.extents(named.output, patterns.lengths(named, inputs))

    def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
        """Contract the inputs one after the other."""
        named = self.named(inputs)
        found = Cost()
        for step in steps(named):
            found += step.cost(patterns.lengths(named, inputs))
        return found

    def reach(self, *inputs: Shape) -> tuple[tuple[Reach, ...], ...]:
        """Read the same place along an axis that stays, and all along every other."""
        named = self.named(inputs)
        *after, _ = named.output
        return tuple(
            tuple(
                POINT if len(axes) == len(named.output) and axis == after[place] else WHOLE
                for place, axis in enumerate(axes[:-1])
            )
            for axes in named.inputs
        )


class Step(NamedTuple):
    """One product: of what came out so far with the next input."""

    alone: tuple[frozenset[str], frozenset[str]]
    """The names that only the one or the other has, and that are summed before."""
    sides: tuple[frozenset[str], frozenset[str]]
    """The names of both factors before that."""
    summed: frozenset[str]
    """The names that both have and that are summed."""

    def cost(self, lengths: dict[str, int]) -> Cost:
        """Return the operations of the product."""
        added = 0
        for names, alone in zip(self.sides, self.alone, strict=True):
            before, after = _size(names, lengths), _size(names - alone, lengths)
            added += before - after if alone else 0
        left, right = (names - own for names, own in zip(self.sides, self.alone, strict=True))
        products = _size(left | right, lengths)
        return Cost(mac=products, add=added) if self.summed else Cost(multiply=products, add=added)


def _size(names: frozenset[str], lengths: dict[str, int]) -> int:
    return prod(lengths[name] for name in sorted(names))


def steps(named: Pattern) -> list[Step]:
    """Return the products by which the inputs are contracted, from the first to the last.

    Examples
    --------
    >>> (step,) = steps(parse("i c, j c -> i j"))
    >>> sorted(step.summed), step.cost({"i": 5, "j": 7, "c": 3}).mac
    (['c'], 105)
    """
    inputs = [frozenset(name for axis in axes for name in axis) for axes in named.inputs]
    wanted = frozenset(name for axis in named.output for name in axis)
    found, so_far = [], inputs[0]
    for number, following in enumerate(inputs[1:], 1):
        needed = wanted.union(*inputs[number + 1 :])
        alone = (so_far - following - needed, following - so_far - needed)
        summed = (so_far & following) - needed
        found.append(Step(alone, (so_far, following), summed))
        so_far = (so_far | following) & needed
    return found


@layer("einsum")
class Einsum(Contraction):
    """Products of branches in Einstein's notation: axes that the output does not name are summed.

    ``i c, j c -> i j`` compares every position of one branch with every one of another. The last
    axis of each are the channels. Inputs are multiplied one after the other, in their order; a
    product whose axes are summed costs a multiply-accumulate for each combination of all the axes
    of both, another one a multiplication; what only one of them has is summed before.
    """

    principal = "pattern"
    pattern: PatternText = Field(description="the axes of each input and of the output")
    examples = (
        Example(
            inputs=("5x4", "6x4"),
            attributes={"pattern": "i c, j c -> i j"},
            output="5x6",
            parameters=0,
            macs=120,
            source="Vaswani et al. 2017, equation 1: Q·Kᵀ of 5 queries and 6 keys of 4 numbers",
            note="5·6·4 products, each accumulated",
        ),
        Example(
            inputs=("3x2x5", "3x5x4"),
            attributes={"pattern": "b i j, b j k -> b i k"},
            output="3x2x4",
            source="PyTorch documentation, torch.einsum, batch matrix multiplication",
        ),
    )

    @field_validator("pattern")
    @classmethod
    def _sums_only(cls, text: str) -> str:
        found = parse(text)
        axes = [axis for side in (*found.inputs, found.output) for axis in side]
        if joined := next((axis for axis in axes if len(axis) > 1), None):
            raise relation(
                f"must name single axes; 'rearrange' makes and splits '({' '.join(joined)})'"
            )
        known = {name for side in found.inputs for axis in side for name in axis}
        if lost := [name for axis in found.output for name in axis if name not in known]:
            raise relation(f"must name axes of the inputs; no input has '{lost[0]}'")
        return text

    def named(self, inputs: Sequence[Shape]) -> Pattern:
        """Return the pattern, if it has as many inputs."""
        found = parse(self.pattern)
        if len(found.inputs) != len(inputs):
            raise ShapeError(
                f"the pattern names the axes of {len(found.inputs)} inputs, but there are "
                f"{len(inputs)}: {len(found.inputs)} ≠ {len(inputs)}",
                attribute="pattern",
                help="write the axes of each input, with commas between them",
            )
        return found


@layer("matmul", "bmm")
class Matmul(Contraction):
    """Matrix product of two branches, of the last axis of the map and the channels of each.

    ``N x K`` times ``K x M`` gives ``N x M``; axes before these must be alike and stay, each place
    with a product of its own. ``transpose_second`` takes ``M x K``: queries times keys. It costs
    one multiply-accumulate for every product.
    """

    arity = (2, 2)
    labels = Labels(sign="·")
    transpose_first: Flag = Field(default=False, description="whether the first is K x N")
    transpose_second: Flag = Field(default=False, description="whether the second is M x K")
    examples = (
        Example(
            inputs=("10x3x4", "10x4x5"),
            attributes={},
            output="10x3x5",
            parameters=0,
            source="PyTorch documentation, torch.bmm, example",
        ),
        Example(
            inputs=("197x64", "197x64"),
            attributes={"transpose_second": True},
            output="197x197",
            macs=2_483_776,
            source="Dosovitskiy et al. 2020 (ViT), equation 6, one head of ViT-B/16",
            note="197·197·64",
        ),
    )

    def named(self, inputs: Sequence[Shape]) -> Pattern:
        """Return names for the axes of both."""
        first, second = inputs
        for x in inputs:
            refuse_vector(self.kind, x)
        if first.rank != second.rank:
            refuse_ranks("multiply the matrices", first, second)
        for axis in range(first.rank - 1):
            if first.size[axis] != second.size[axis]:
                refuse_extents("multiply the matrices", first, second, axis)
        left = (first.size[-1], first.channels)[:: -1 if self.transpose_first else 1]
        right = (second.size[-1], second.channels)[:: -1 if self.transpose_second else 1]
        if left[1] != right[0]:
            raise ShapeError(
                f"matrices of {left[0]}x{left[1]} and {right[0]}x{right[1]} cannot be multiplied: "
                f"{left[1]} ≠ {right[0]}",
                help="each row of the first needs as many numbers as each column of the second; "
                "'transpose_second' and 'transpose_first' turn a matrix",
                code="SH001",
            )
        batch = tuple((f"b{axis}",) for axis in range(first.rank - 1))
        one, two = (("n",), ("k",)), (("k",), ("m",))
        return Pattern(
            (
                (*batch, *one[:: -1 if self.transpose_first else 1]),
                (*batch, *two[:: -1 if self.transpose_second else 1]),
            ),
            (*batch, ("n",), ("m",)),
        )
