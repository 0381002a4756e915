"""Products of branches."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case

LENGTHS = (1, 2, 3, 5)


@st.composite
def einsums(draw: st.DrawFn) -> Case:
    lengths = {name: draw(st.sampled_from(LENGTHS)) for name in "abcde"}
    rank = draw(st.integers(1, 3))
    some = st.permutations("abcde").map(lambda names: names[: rank + 1])
    sides = [draw(some) for _ in range(draw(st.integers(2, 3)))]
    known = sorted({name for side in sides for name in side})
    output = draw(st.permutations(known))[: draw(st.integers(1, 4))]
    pattern = f"{', '.join(map(' '.join, sides))} -> {' '.join(output)}"
    inputs = [Shape(tuple(lengths[n] for n in side[:-1]), lengths[side[-1]]) for side in sides]
    return Case("einsum", tuple(inputs), {"pattern": pattern})


@st.composite
def matmuls(draw: st.DrawFn) -> Case:
    one = st.sampled_from(LENGTHS)
    stack = tuple(draw(one) for _ in range(draw(st.integers(0, 2))))
    n, k, m = draw(one), draw(one), draw(one)
    first, second = draw(st.booleans()), draw(st.booleans())
    left, right = (k, n) if first else (n, k), (m, k) if second else (k, m)
    return Case(
        "matmul",
        (Shape((*stack, left[0]), left[1]), Shape((*stack, right[0]), right[1])),
        {"transpose_first": first, "transpose_second": second},
    )


STRATEGIES = {"einsum": einsums(), "matmul": matmuls()}
