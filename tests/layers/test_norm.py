"""Laws of the norms that take their statistics from the image itself."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import EVERYWHERE, POINT
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.norm import GroupNorm, InstanceNorm, LayerNorm, Standardising

X = Shape((5, 7), 12)
LAYERS = [
    LayerNorm(),
    LayerNorm(axes="all"),
    GroupNorm(groups=3),
    GroupNorm(groups=1),
    InstanceNorm(),
]


class Counted:
    """A number that writes down what is done with it."""

    def __init__(self, value: float, done: Counter[str]) -> None:
        self.value, self.done = value, done

    def __add__(self, other: Counted) -> Counted:
        self.done["add"] += 1
        return Counted(self.value + other.value, self.done)

    def __sub__(self, other: Counted) -> Counted:
        self.done["add"] += 1
        return Counted(self.value - other.value, self.done)

    def __mul__(self, other: Counted) -> Counted:
        self.done["multiply"] += 1
        return Counted(self.value * other.value, self.done)

    def __truediv__(self, other: int) -> Counted:
        self.done["divide"] += 1
        return Counted(self.value / other, self.done)

    def __pow__(self, exponent: float) -> Counted:
        self.done["power"] += 1
        return Counted(self.value**exponent, self.done)


def total(numbers: list[Counted]) -> Counted:
    first, *others = numbers
    for other in others:
        first += other
    return first


def standardise(n: int) -> Counter[str]:
    """Standardise a group as the textbooks do; return what was done."""
    done: Counter[str] = Counter()
    group = [Counted(float(i), done) for i in range(n)]
    mean = total(group) / n
    apart = [x - mean for x in group]
    variance = total([d * d for d in apart]) / n
    inverse = (variance + Counted(1e-5, done)) ** -0.5
    result = [d * inverse for d in apart]
    assert abs(sum(r.value for r in result)) < 1e-9
    return done


@given(positions=st.integers(1, 7), groups=st.integers(1, 5), width=st.integers(1, 5))
@example(positions=1, groups=1, width=1)
def test_cost_is_that_of_the_textbook(positions: int, groups: int, width: int) -> None:
    x = Shape((positions,), groups * width)
    plain = {"scale": False, "center": False}
    for layer, number, n in (
        (LayerNorm(**plain), positions, groups * width),
        (LayerNorm(axes="all", **plain), 1, positions * groups * width),
        (GroupNorm(groups=groups, **plain), groups, positions * width),
        (InstanceNorm(), groups * width, positions),
    ):
        assert layer.cost(x, x) == Cost(**{k: number * v for k, v in standardise(n).items()})


@pytest.mark.parametrize("layer", LAYERS, ids=lambda v: f"{v.kind}({v})")
def test_gamma_and_beta_cost_one_operation_each(layer: Standardising) -> None:
    plain, scaled, both = (
        layer.model_copy(update={"scale": scale, "center": center})
        for scale, center in ((False, False), (True, False), (True, True))
    )
    assert scaled.cost(X, X) == plain.cost(X, X) + Cost(multiply=X.count)
    assert both.cost(X, X) == scaled.cost(X, X) + Cost(add=X.count)
    assert plain.params(X) == ()
    assert [p.role for p in scaled.params(X)] == ["gamma"]
    assert [(p.role, p.is_bias) for p in both.params(X)] == [("gamma", False), ("beta", True)]
    assert len({p.shape for p in both.params(X)}) == 1


@pytest.mark.parametrize("layer", LAYERS, ids=lambda v: f"{v.kind}({v})")
def test_norm_keeps_the_shape_of_maps_and_vectors(layer: Standardising) -> None:
    for x in (X, Shape((3, 5, 7), 12), Shape((13,), 6), Shape((), 12)):
        assert layer.shape(x) == x
        assert layer.fit(x) == ()
        assert len(layer.reach(x)[0]) == x.rank  # type: ignore[index]  # norms can tell


def test_all_groups_are_instances_and_one_is_the_layer() -> None:
    given = {"scale": True, "center": True}
    assert GroupNorm(groups=12).cost(X, X) == InstanceNorm(**given).cost(X, X)
    assert GroupNorm(groups=12).params(X) == InstanceNorm(**given).params(X)
    assert GroupNorm(groups=1).cost(X, X) == LayerNorm(axes="all").cost(X, X)
    vector = Shape((), 12)
    assert LayerNorm().cost(vector, vector) == LayerNorm(axes="all").cost(vector, vector)
    assert LayerNorm().params(vector) == LayerNorm(axes="all").params(vector)


def test_what_is_learned_has_the_shape_of_what_is_normalised() -> None:
    assert {p.shape for p in LayerNorm().params(X)} == {(12,)}
    assert {p.shape for p in LayerNorm(axes="all").params(X)} == {(5, 7, 12)}
    assert {p.shape for p in GroupNorm(groups=3).params(X)} == {(12,)}
    assert InstanceNorm().params(X) == ()


def test_statistics_over_positions_reach_everywhere() -> None:
    assert LayerNorm().reach(X) == ((POINT, POINT),)
    for layer in (LayerNorm(axes="all"), GroupNorm(groups=3), InstanceNorm()):
        assert layer.reach(X) == ((EVERYWHERE, EVERYWHERE),)
