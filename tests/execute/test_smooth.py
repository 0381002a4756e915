"""Smooth activations: PyTorch, extremes, counts; the error function and the standard library."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from cnnanalyze.execute.special import erf

Row = tuple[str, dict[str, Any], str, dict[str, Any], dict[str, int]]

ACTIVATIONS: list[Row] = [
    ("selu", {}, "selu", {}, {"compare": 1, "exponential": 1, "add": 1, "multiply": 2}),
    (
        *("celu", {"alpha": 1.7}, "celu", {"alpha": 1.7}),
        {"compare": 1, "divide": 1, "exponential": 1, "add": 1, "multiply": 1},
    ),
    ("gelu", {}, "gelu", {}, {"exponential": 1, "add": 1, "multiply": 3}),
    (
        "gelu",
        {"approximate": True},
        "gelu",
        {"approximate": "tanh"},
        {"exponential": 1, "add": 2, "multiply": 6},
    ),
    ("silu", {}, "silu", {}, {"exponential": 1, "add": 1, "divide": 1}),
    ("hard_sigmoid", {}, "hardsigmoid", {}, {"compare": 2, "add": 1, "divide": 1}),
    ("hard_swish", {}, "hardswish", {}, {"compare": 2, "add": 1, "multiply": 1, "divide": 1}),
    # PyTorch returns x itself beyond a threshold, which is out of sight here.
    ("softplus", {}, "softplus", {"threshold": 1e9}, {"exponential": 2, "add": 1}),
    ("mish", {}, "mish", {}, {"exponential": 3, "add": 1, "multiply": 1}),
]
KINDS = sorted({row[0] for row in ACTIVATIONS})


@pytest.mark.frameworks
@pytest.mark.parametrize(("kind", "attributes", "theirs", "options", "each"), ACTIVATIONS)
@pytest.mark.parametrize("shape", [(2, 7), (2, 7, 11, 3)])
def test_activations_are_those_of_pytorch(
    kind: str,
    attributes: dict[str, Any],
    theirs: str,
    options: dict[str, Any],
    each: dict[str, int],
    shape: tuple[int, ...],
    apply: Any,
    image: Any,
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = 5 * image(*shape)
    out, _, counts = apply(kind, x, **attributes)
    expected = getattr(torch.nn.functional, theirs)(torch.tensor(x), **options)
    np.testing.assert_allclose(out, expected.numpy(), rtol=1e-9, atol=1e-12)
    assert {n: c / out[0].size for n, c in counts.items() if c} == each


@pytest.mark.parametrize("kind", [*KINDS, "log_softmax"])
def test_what_is_not_a_number_passes(kind: str, apply: Any) -> None:
    x = np.ones((1, 5, 1))
    x[0, 3] = np.nan
    out, _, _ = apply(kind, x)
    assert np.isnan(out[0, :, 0]).tolist() == [False, False, False, True, False]


FAR = {"selu": 1.0507009873554805, "hard_sigmoid": 0.0}
"""The slope far to the right, where it is not one."""


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_activations_stay_numbers(kind: str, dtype: Any) -> None:
    from cnnanalyze.execute.kernels import RUN, Tally

    out = RUN[kind](Tally(), [np.array([[-1e4, -100.0, 100.0, 1e4]], dtype)], {})
    assert out.dtype == dtype
    assert np.isfinite(out).all()
    assert out[0, 3] - out[0, 2] == pytest.approx(FAR.get(kind, 1.0) * 9900)
    assert out[0, 0] == pytest.approx(out[0, 1], abs=1e-5)


def test_softplus_of_what_is_very_negative_is_not_nothing(apply: Any) -> None:
    out, _, _ = apply("softplus", [[-100.0, -40.0, 0.0]])
    np.testing.assert_allclose(out[0], [math.exp(-100), math.exp(-40), math.log(2)])


@pytest.mark.frameworks
@pytest.mark.parametrize("shape", [(2, 7), (2, 3, 5, 7)])
def test_log_softmax_is_that_of_pytorch(shape: tuple[int, ...], apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = 100 * image(*shape)
    out, _, counts = apply("log_softmax", x)
    np.testing.assert_allclose(out, torch.log_softmax(torch.tensor(x), -1).numpy(), atol=1e-12)
    positions = x[0, ..., 0].size
    assert {n: c / positions for n, c in counts.items() if c} == {
        "compare": 6,
        "add": 7 + 6 + 7,
        "exponential": 7 + 1,
    }


def test_log_softmax_is_the_logarithm_of_softmax(apply: Any, image: Any) -> None:
    x = image(2, 3, 5, 7)
    np.testing.assert_allclose(np.exp(apply("log_softmax", x)[0]), apply("softmax", x)[0])
    assert np.isfinite(apply("log_softmax", x * 1e6)[0]).all()


@pytest.mark.parametrize(("dtype", "error"), [(np.float64, 2.3e-16), (np.float32, 1.2e-7)])
def test_error_function_is_that_of_the_standard_library(dtype: Any, error: float) -> None:
    x = np.linspace(-7, 7, 20011).astype(dtype)
    expected = [math.erf(v) for v in x.tolist()]
    assert erf(x).dtype == dtype
    np.testing.assert_allclose(erf(x), expected, rtol=0, atol=error)
    small = np.logspace(-30, -3, 101).astype(dtype)
    np.testing.assert_allclose(erf(small), [math.erf(v) for v in small.tolist()], rtol=error * 30)


def test_error_function_at_the_ends() -> None:
    np.testing.assert_equal(
        erf(np.array([-np.inf, -1e300, 1e300, np.inf, np.nan])), [-1, -1, 1, 1, np.nan]
    )
