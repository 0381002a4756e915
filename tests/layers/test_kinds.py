"""What holds for every layer kind, whatever it computes."""

from __future__ import annotations

from functools import total_ordering
from typing import Any

import pytest

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import Everywhere, Reach, Whole
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import KINDS, Example, Layer

CASES = [
    pytest.param(kind, example, id=f"{kind.kind}-{number}")
    for kind in KINDS
    for number, example in enumerate(kind.examples)
]


def shape(text: str) -> Shape:
    *size, channels = map(int, text.split("x"))
    return Shape(tuple(size), channels)


@pytest.mark.parametrize(
    ("alias", "kind"),
    [
        ("convolution", "conv"),
        ("deconv", "transposed_conv"),
        ("gmp", "global_maxpool"),
        ("gap", "global_avgpool"),
        ("fc", "dense"),
        ("linear", "dense"),
        ("bn", "batchnorm"),
        ("upsample", "resize"),
        ("none", "identity"),
        ("locally_connected", "local_conv"),
        ("pixel_unshuffle", "space_to_depth"),
        ("pixel_shuffle", "depth_to_space"),
        ("ln", "layernorm"),
        ("gn", "groupnorm"),
        ("swish", "silu"),
        ("stochastic_depth", "drop_path"),
    ],
)
def test_alias_stands_for_a_kind(alias: str, kind: str) -> None:
    assert KINDS.canonical(alias) == kind


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda k: k.kind)
def test_kind_is_documented(kind: type[Layer]) -> None:
    assert kind.__doc__
    assert kind.__doc__.splitlines()[0].strip()
    assert [n for n, f in kind.model_fields.items() if not f.description] == []
    assert not kind.principal or kind.principal in kind.model_fields
    least, most = kind.arity
    assert 1 <= least <= (most or least)


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_reach_has_a_map_per_input_and_axis(kind: type[Layer], example: Example) -> None:
    inputs = [shape(text) for text in example.inputs]
    reach = kind(**example.attributes).reach(*inputs)
    assert reach is not None
    assert [len(r) for r in reach] == [x.rank for x in inputs]


BLIND = {"zeropad", "pad", "shift", "class_token", "concat"}


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_first_and_last_output_read_the_input(kind: type[Layer], example: Example) -> None:
    # Outputs read nothing that are zeros, tokens or of another input.
    inputs = [shape(text) for text in example.inputs]
    layer = kind(**example.attributes)
    output = layer.shape(*inputs)
    moved = layer.moved_axes(*inputs) or range(output.rank)
    for x, reaches in zip(inputs, layer.reach(*inputs) or (), strict=True):
        for axis, m in zip(moved, output.size if x.rank else (), strict=False):
            n, reach = x.size[axis], reaches[axis]
            for o in {0, m - 1}:
                assert seen(reach, o, n) or kind.kind in BLIND


def seen(reach: Reach, o: int, n: int) -> list[int]:
    return list(range(n)) if isinstance(reach, Whole | Everywhere) else reach.inside(o, n)


@total_ordering
class Number:
    """An integer that is no ``int``: what the rules may do with sizes, and nothing else."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == plain(other)

    def __lt__(self, other: object) -> bool:
        return self.value < plain(other)

    def __bool__(self) -> bool:
        return self.value != 0

    def __neg__(self) -> Number:
        return Number(-self.value)

    def __add__(self, other: Any) -> Number:
        return Number(self.value + plain(other))

    def __sub__(self, other: Any) -> Number:
        return Number(self.value - plain(other))

    def __rsub__(self, other: Any) -> Number:
        return Number(plain(other) - self.value)

    def __mul__(self, other: Any) -> Number:
        return Number(self.value * plain(other))

    def __floordiv__(self, other: Any) -> Number:
        return Number(self.value // plain(other))

    def __rfloordiv__(self, other: Any) -> Number:
        return Number(plain(other) // self.value)

    def __mod__(self, other: Any) -> Number:
        return Number(self.value % plain(other))

    __radd__ = __add__
    __rmul__ = __mul__


def plain(value: Any) -> int:
    return value.value if isinstance(value, Number) else int(value)


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_rules_work_on_any_integer_like_number(kind: type[Layer], example: Example) -> None:
    layer = kind(**example.attributes)
    inputs = [shape(text) for text in example.inputs]
    numbers = [
        Shape(tuple(map(Number, x.size)), Number(x.channels))  # type: ignore[arg-type]  # that is the point
        for x in inputs
    ]
    output = layer.shape(*numbers)
    assert output == layer.shape(*inputs)
    cost = layer.cost(output, *numbers)
    assert cost is not None
    assert Cost(*map(plain, cost.counts)) == layer.cost(layer.shape(*inputs), *inputs)
    held = [(p.role, tuple(map(plain, p.shape))) for p in layer.params(*numbers)]
    assert held == [(p.role, p.shape) for p in layer.params(*inputs)]
