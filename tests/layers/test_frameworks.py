"""Random single layers in PyTorch: the same output, the same number of parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.activation import Prelu
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.linear import Dense
from cnnanalyze.layers.norm import BatchNorm
from cnnanalyze.layers.pool import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, MaxPool
from cnnanalyze.layers.resize import Resize
from cnnanalyze.layers.transposed import TransposedConv

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.frameworks
thrice = settings(deadline=None, max_examples=150)


def agree(layer: Layer, module: Any, x: Shape) -> None:
    """Assert that both give the same shape and hold as many trained numbers."""
    module = module.to("meta").eval()
    y = module(torch.empty((2, x.channels, *x.size), device="meta"))
    assert layer.shape(x) == Shape(tuple(y.shape[2:]), y.shape[1])
    trained = sum(p.size for p in layer.params(x) if p.trainable)
    assert trained == sum(p.numel() for p in module.parameters())


@st.composite
def windows(draw: st.DrawFn, ranks: tuple[int, ...] = (1, 2)) -> tuple[tuple[int, ...], Any]:
    """Draw a size, and a window that fits into it."""
    rank = draw(st.sampled_from(ranks))
    each = {
        name: tuple(draw(st.integers(low, high)) for _ in range(rank))
        for name, low, high in (("kernel", 1, 5), ("stride", 1, 5), ("dilation", 1, 3))
    }
    padding = tuple(draw(st.integers(0, k // 2)) for k in each["kernel"])
    size = tuple(
        max(1, d * (k - 1) + 1 - 2 * p) + draw(st.integers(0, 13))
        for k, d, p in zip(each["kernel"], each["dilation"], padding, strict=True)
    )
    return size, {**each, "padding": padding}


@thrice
@given(case=windows(), groups=st.integers(1, 4), widths=st.tuples(*[st.integers(1, 4)] * 2))
def test_conv(case: Any, groups: int, widths: tuple[int, int]) -> None:
    size, w = case
    channels, filters = (groups * n for n in widths)
    module = (torch.nn.Conv1d, torch.nn.Conv2d)[len(size) - 1]
    agree(
        Conv(filters=filters, groups=groups, **w),
        module(channels, filters, w["kernel"], w["stride"], w["padding"], w["dilation"], groups),
        Shape(size, channels),
    )


@thrice
@given(case=windows(), bias=st.booleans(), groups=st.integers(1, 3), data=st.data())
def test_transposed_conv(case: Any, bias: bool, groups: int, data: st.DataObject) -> None:
    size, w = case
    extra = tuple(
        data.draw(st.integers(0, max(s, d) - 1))
        for s, d in zip(w["stride"], w["dilation"], strict=True)
    )
    module = (torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d)[len(size) - 1](
        2 * groups,
        3 * groups,
        w["kernel"],
        w["stride"],
        w["padding"],
        extra,
        groups,
        bias,
        w["dilation"],
    )
    layer = TransposedConv(filters=3 * groups, groups=groups, output_padding=extra, bias=bias, **w)
    # With a single element PyTorch crops an even kernel down to an empty output; we refuse that.
    agree(layer, module, Shape(tuple(n + 1 for n in size), 2 * groups))


@thrice
@given(case=windows(), ceil=st.booleans())
def test_max_pool(case: Any, ceil: bool) -> None:
    size, w = case
    module = (torch.nn.MaxPool1d, torch.nn.MaxPool2d)[len(size) - 1]
    agree(
        MaxPool(ceil_mode=ceil, **w),
        module(w["kernel"], w["stride"], w["padding"], w["dilation"], ceil_mode=ceil),
        Shape(size, 3),
    )


@thrice
@given(case=windows(), ceil=st.booleans())
def test_average_pool(case: Any, ceil: bool) -> None:
    size, w = case
    del w["dilation"]
    module = (torch.nn.AvgPool1d, torch.nn.AvgPool2d)[len(size) - 1]
    agree(
        AvgPool(ceil_mode=ceil, **w),
        module(w["kernel"], w["stride"], w["padding"], ceil_mode=ceil),
        Shape(size, 3),
    )


@thrice
@given(n=st.tuples(*[st.integers(1, 13)] * 2), m=st.tuples(*[st.integers(1, 13)] * 2))
def test_adaptive_pool(n: tuple[int, int], m: tuple[int, int]) -> None:
    agree(AdaptiveMaxPool(size=m), torch.nn.AdaptiveMaxPool2d(m), Shape(n, 3))
    agree(AdaptiveAvgPool(size=m), torch.nn.AdaptiveAvgPool2d(m), Shape(n, 3))


@thrice
@given(n=st.integers(1, 7), m=st.integers(1, 7))
def test_adaptive_pool_reads_what_pytorch_reads(n: int, m: int) -> None:
    x = torch.eye(n).reshape(n, 1, n)
    y = torch.nn.AdaptiveAvgPool1d(m)(x).reshape(n, m)
    reach = AdaptiveAvgPool(size=m).reach(Shape((n,), 1))[0][0]
    read = [[i for i in range(n) if y[i, o]] for o in range(m)]
    assert [list(reach.taps(o)) for o in range(m)] == read  # type: ignore[union-attr]


@thrice
@given(
    n=st.integers(1, 9),
    m=st.integers(1, 19),
    method=st.sampled_from(["nearest", "bilinear", "aligned"]),
)
def test_resize_reads_what_pytorch_reads(n: int, m: int, method: str) -> None:
    x = torch.eye(n, dtype=torch.float64).reshape(n, 1, n)
    options: dict[str, Any] = (
        {"mode": "nearest"}
        if method == "nearest"
        else {"mode": "linear", "align_corners": method == "aligned"}
    )
    y = torch.nn.functional.interpolate(x, size=m, **options).reshape(n, m)
    layer = Resize(
        size=m,
        method="nearest" if method == "nearest" else "bilinear",
        align_corners=method == "aligned",
    )
    reach = layer.reach(Shape((n,), 1))[0][0]
    for o in range(m):
        read = {i for i in range(n) if y[i, o] > 1e-9}
        # Beyond the border PyTorch repeats the outermost element.
        assert {min(max(i, 0), n - 1) for i in reach.taps(o)} == read  # type: ignore[union-attr]


@given(scale=st.integers(1, 5))
@settings(deadline=None)
def test_upsample(scale: int) -> None:
    agree(Resize(scale=scale), torch.nn.Upsample(scale_factor=scale), Shape((5, 7), 3))


@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm(affine: bool) -> None:
    layer = BatchNorm(scale=affine, center=affine)
    module = torch.nn.BatchNorm2d(11, affine=affine)
    agree(layer, module, Shape((5, 7), 11))
    kept = [p.size for p in layer.params(Shape((5, 7), 11)) if not p.trainable]
    assert kept == [module.running_mean.numel(), module.running_var.numel()]


@pytest.mark.parametrize("bias", [True, False])
def test_linear(bias: bool) -> None:
    agree(Dense(units=13, bias=bias), torch.nn.Linear(11, 13, bias=bias), Shape((), 11))


def test_prelu() -> None:
    agree(Prelu(), torch.nn.PReLU(11), Shape((5, 7), 11))
    agree(Prelu(shared=True), torch.nn.PReLU(), Shape((5, 7), 11))
