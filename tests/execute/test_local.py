"""Convolutions with weights of every position's own."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels import local_conv as family
from cnnanalyze.execute.run import RunStep, Store, execute


@pytest.mark.parametrize("columns", [1, 1 << 20])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_every_position_has_its_own_sum(
    rank: int, columns: int, apply: Any, image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(family, "COLUMNS", columns)
    x = image(2, *(7, 5, 11)[:rank], 3)
    sides, taps = ((1, 2), (0, 1), (2, 0))[:rank], (3, 2, 3)[:rank]
    options = {"kernel": taps, "padding": sides, "stride": 2, "dilation": 2}
    out, tensors, counts = apply("local_conv", x, filters=2, **options)
    places = out.shape[1:-1]
    assert tensors["kernel"].shape == (*places, *taps, 3, 2)
    assert tensors["bias"].shape == (*places, 2)
    padded = np.pad(x, ((0, 0), *sides, (0, 0)))
    products = 0
    for place in np.ndindex(out.shape):
        n, *position, f = place
        total = tensors["bias"][(*position, f)]
        for tap in product(*map(range, taps)):
            at = tuple(2 * p + 2 * t for p, t in zip(position, tap, strict=True))
            for c in range(3):
                total += padded[(n, *at, c)] * tensors["kernel"][(*position, *tap, c, f)]
                products += 1
        assert out[place] == pytest.approx(total)
    assert (counts["mac"], counts["add"]) == (products / 2, out[0].size)


def test_shared_weights_make_a_convolution(apply: Any, image: Any) -> None:
    x = image(2, 11, 13, 3)
    shape, tensors, _ = apply("conv", x, filters=5, kernel=(3, 2), padding="same")
    steps = [
        RunStep(
            "local",
            "local_conv",
            {"filters": 5, "kernel": (3, 2), "padding": "same"},
            weights={
                "kernel": np.broadcast_to(tensors["kernel"], (11, 13, *tensors["kernel"].shape)),
                "bias": np.broadcast_to(tensors["bias"], (11, 13, 5)),
            },
        )
    ]
    seen = execute(steps, x, ["local"], dtype=np.float64)
    np.testing.assert_allclose(seen.outputs["local"], shape)
    assert seen["local"].parameters == 143 * (3 * 2 * 3 * 5 + 5)


def test_no_bias_is_no_addition(apply: Any, image: Any) -> None:
    _, tensors, counts = apply("local_conv", image(2, 7, 3), filters=5, kernel=2, bias=False)
    assert list(tensors) == ["kernel"]
    assert counts["add"] == 0


def test_tensors_are_kept_for_a_next_run() -> None:
    store, steps = Store(), [RunStep("x", "local_conv", {"filters": 5, "kernel": 3})]
    once, again = (execute(steps, (7, 11, 2), ["x"], store=store).outputs["x"] for _ in range(2))
    assert once.shape == (1, 5, 9, 5)
    assert (once == again).all()


def test_another_size_needs_other_weights() -> None:
    steps = [
        RunStep("a", "local_conv", {"filters": 2, "kernel": 3}),
        RunStep("b", "local_conv", {"filters": 2, "kernel": 3}, ("a",), share="a"),
    ]
    with pytest.raises(ExecutionError, match="cannot be those of 'a'"):
        execute(steps, (11, 2))


def test_a_window_larger_than_the_map_is_refused(apply: Any) -> None:
    with pytest.raises(ExecutionError, match="a window spans 5 pixels, the input has 3"):
        apply("local_conv", np.ones((1, 3, 7, 2)), filters=2, kernel=5)
