"""Random single layers in PyTorch: the same output, the same number of parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.adaptive_pool import AdaptiveAvgPool, AdaptiveMaxPool
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.batchnorm import BatchNorm
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise
from cnnanalyze.layers.leaky import Prelu
from cnnanalyze.layers.linear import Dense
from cnnanalyze.layers.norm import GroupNorm, InstanceNorm, LayerNorm
from cnnanalyze.layers.padding import ReflectPad, ReplicatePad, ZeroPad
from cnnanalyze.layers.pool import AvgPool, LpPool, MaxPool
from cnnanalyze.layers.rearrange import ChannelShuffle, DepthToSpace, Permute, SpaceToDepth
from cnnanalyze.layers.resize import Resize
from cnnanalyze.layers.transposed import TransposedConv

torch = pytest.importorskip("torch", reason="layers beside PyTorch: torch is not installed")
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
def windows(draw: st.DrawFn, ranks: tuple[int, ...] = (1, 2, 3)) -> tuple[tuple[int, ...], Any]:
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
    module = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)[len(size) - 1]
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
    kinds = (torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d, torch.nn.ConvTranspose3d)
    module = kinds[len(size) - 1](
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
    module = (torch.nn.MaxPool1d, torch.nn.MaxPool2d, torch.nn.MaxPool3d)[len(size) - 1]
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
    if len(size) == 3:  # PyTorch refuses a volume smaller than the window even if it is padded
        size = tuple(map(max, size, w["kernel"]))
    module = (torch.nn.AvgPool1d, torch.nn.AvgPool2d, torch.nn.AvgPool3d)[len(size) - 1]
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
    deep, size = (5, *m), Shape((7, *n), 3)
    agree(AdaptiveMaxPool(size=deep), torch.nn.AdaptiveMaxPool3d(deep), size)
    agree(AdaptiveAvgPool(size=deep), torch.nn.AdaptiveAvgPool3d(deep), size)


@thrice
@given(case=windows(), multiplier=st.integers(1, 3))
def test_depthwise(case: Any, multiplier: int) -> None:
    size, w = case
    module = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)[len(size) - 1]
    agree(
        Depthwise(multiplier=multiplier, **w),
        module(
            5,
            5 * multiplier,
            w["kernel"],
            w["stride"],
            w["padding"],
            w["dilation"],
            groups=5,
        ),
        Shape(size, 5),
    )


@thrice
@given(case=windows(), ceil=st.booleans())
def test_power_pool(case: Any, ceil: bool) -> None:
    # PyTorch's power pool knows no padding, so the map grows by it.
    size, w = case
    grown = tuple(n + 2 * p for n, p in zip(size, w["padding"], strict=True))
    kernel, stride = w["kernel"], w["stride"]
    if len(size) == 1:  # PyTorch takes no tuples here
        (kernel,), (stride,) = kernel, stride
    module = (torch.nn.LPPool1d, torch.nn.LPPool2d, torch.nn.LPPool3d)[len(size) - 1]
    agree(
        LpPool(kernel=kernel, stride=stride, ceil_mode=ceil, norm=3),
        module(3, kernel, stride, ceil),
        Shape(grown, 3),
    )


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
    for size in ((5,), (5, 7), (3, 5, 7)):
        agree(Resize(scale=scale), torch.nn.Upsample(scale_factor=scale), Shape(size, 3))


@given(data=st.data(), method=st.sampled_from(["nearest", "nearest_exact", "bilinear"]))
@settings(deadline=None)
def test_resize_to_a_size(data: st.DataObject, method: Any) -> None:
    for size in ((5,), (5, 7), (3, 5, 7)):
        wanted = tuple(data.draw(st.integers(1, 11)) for _ in size)
        linear = ("linear", "bilinear", "trilinear")[len(size) - 1]
        mode = {"nearest_exact": "nearest-exact", "bilinear": linear}.get(method, method)
        module = torch.nn.Upsample(size=wanted, mode=mode)
        agree(Resize(size=wanted, method=method), module, Shape(size, 3))


@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm(affine: bool) -> None:
    layer = BatchNorm(scale=affine, center=affine)
    module = torch.nn.BatchNorm2d(11, affine=affine)
    agree(layer, module, Shape((5, 7), 11))
    agree(layer, torch.nn.BatchNorm3d(11, affine=affine), Shape((3, 5, 7), 11))
    kept = [p.size for p in layer.params(Shape((5, 7), 11)) if not p.trainable]
    assert kept == [module.running_mean.numel(), module.running_var.numel()]


@pytest.mark.parametrize("bias", [True, False])
def test_linear(bias: bool) -> None:
    agree(Dense(units=13, bias=bias), torch.nn.Linear(11, 13, bias=bias), Shape((), 11))


def test_prelu() -> None:
    agree(Prelu(), torch.nn.PReLU(11), Shape((5, 7), 11))
    agree(Prelu(shared=True), torch.nn.PReLU(), Shape((5, 7), 11))


def per_side(borders: list[tuple[int, int]]) -> tuple[int, ...]:
    """Return borders as PyTorch wants them: from the last axis on."""
    return tuple(side for border in reversed(borders) for side in border)


@thrice
@given(
    size=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    data=st.data(),
    kind=st.sampled_from(["Reflection", "Replication", "Constant"]),
)
def test_padding(size: list[int], data: st.DataObject, kind: str) -> None:
    limits = [n - 1 if kind == "Reflection" else 9 for n in size]
    borders = [data.draw(st.tuples(*[st.integers(0, limit)] * 2)) for limit in limits]
    layers = {"Reflection": ReflectPad, "Replication": ReplicatePad, "Constant": ZeroPad}
    given = (0,) if kind == "Constant" else ()
    module = getattr(torch.nn, f"{kind}Pad{len(size)}d")(per_side(borders), *given)
    agree(layers[kind](padding=tuple(borders)), module, Shape(tuple(size), 3))


@thrice
@given(
    n=st.integers(1, 9),
    before=st.integers(0, 9),
    after=st.integers(0, 9),
    reflect=st.booleans(),
)
def test_padding_reads_or_refuses_as_pytorch(
    n: int, before: int, after: int, reflect: bool
) -> None:
    layer = (ReflectPad if reflect else ReplicatePad)(padding=((before, after),))
    module = (torch.nn.ReflectionPad1d if reflect else torch.nn.ReplicationPad1d)((before, after))
    eye = torch.eye(n).reshape(n, 1, n)
    try:
        y = module(eye).reshape(n, -1)
    except RuntimeError:
        with pytest.raises(ShapeError):
            layer.shape(Shape((n,), 1))
        return
    assert layer.shape(Shape((n,), 1)) == Shape((y.shape[1],), 1)
    reach = layer.reach(Shape((n,), 1))[0][0]
    assert isinstance(reach, IndexMap)
    read = [[i for i in range(n) if y[i, o]] for o in range(y.shape[1])]
    assert [reach.inside(o, n) for o in range(y.shape[1])] == read


@given(block=st.integers(1, 5))
@settings(deadline=None)
def test_pixel_shuffle(block: int) -> None:
    agree(DepthToSpace(block=block), torch.nn.PixelShuffle(block), Shape((5, 7), 3 * block**2))
    wide = Shape((5 * block, 7 * block), 3)
    agree(SpaceToDepth(block=block), torch.nn.PixelUnshuffle(block), wide)


@given(
    block=st.integers(1, 5), channels=st.integers(1, 30), size=st.tuples(*[st.integers(1, 9)] * 2)
)
@settings(deadline=None)
def test_pixel_shuffle_is_refused_as_by_pytorch(
    block: int, channels: int, size: tuple[int, int]
) -> None:
    x = Shape(size, channels)
    for layer, module in (
        (DepthToSpace(block=block), torch.nn.PixelShuffle(block)),
        (SpaceToDepth(block=block), torch.nn.PixelUnshuffle(block)),
    ):
        try:
            y = module(torch.empty((1, channels, *size), device="meta"))
        except RuntimeError:
            with pytest.raises(ShapeError):
                layer.shape(x)
        else:
            assert layer.shape(x) == Shape(tuple(y.shape[2:]), y.shape[1])


def test_channel_shuffle() -> None:
    x = torch.empty((2, 12, 5, 7))
    y = torch.nn.ChannelShuffle(4)(x)
    assert ChannelShuffle(groups=4).shape(Shape((5, 7), 12)) == Shape(
        tuple(y.shape[2:]), y.shape[1]
    )


@given(order=st.permutations((1, 2, 3)))
@settings(deadline=None)
def test_permute(order: list[int]) -> None:
    # Here the channels are behind the axes, so PyTorch's numbers of the axes are less by one.
    y = torch.empty((2, 3, 5, 7)).permute(*(axis - 1 for axis in order), 3)
    found = Permute(order=tuple(order)).shape(Shape((2, 3, 5), 7))
    assert found.extents == tuple(y.shape)


@pytest.mark.parametrize("size", [(), (7,), (5, 7), (3, 5, 7)])
@pytest.mark.parametrize("affine", [True, False])
def test_norms_of_the_image(affine: bool, size: tuple[int, ...]) -> None:
    x = Shape(size, 12)
    learned = {"scale": affine, "center": affine}
    whole = torch.nn.LayerNorm((12, *size), elementwise_affine=affine)
    agree(LayerNorm(axes="all", **learned), whole, x)
    per_position = torch.nn.LayerNorm(12, elementwise_affine=affine)
    held = sum(p.numel() for p in per_position.parameters())
    assert sum(p.size for p in LayerNorm(**learned).params(x)) == held
    if affine:
        agree(GroupNorm(groups=4), torch.nn.GroupNorm(4, 12), x)
    if size:
        module = getattr(torch.nn, f"InstanceNorm{len(size)}d")
        agree(InstanceNorm(**learned), module(12, affine=affine), x)


def test_group_norm_is_refused_as_by_pytorch() -> None:
    for channels in range(1, 13):
        for groups in range(1, 13):
            try:
                torch.nn.GroupNorm(groups, channels)
            except ValueError:
                with pytest.raises(ShapeError):
                    GroupNorm(groups=groups).shape(Shape((5, 7), channels))
            else:
                assert GroupNorm(groups=groups).shape(Shape((5, 7), channels)).channels == channels


def test_volumes_of_the_documentation() -> None:
    # torch.nn.Conv3d and torch.nn.LPPool2d, the second examples.
    x = Shape((10, 50, 100), 16)
    window: dict[str, Any] = {"kernel": (3, 5, 2), "stride": (2, 1, 1), "padding": (4, 2, 0)}
    agree(Conv(filters=33, **window), torch.nn.Conv3d(16, 33, *window.values()), x)
    pool = LpPool(kernel=(3, 2), stride=(2, 1), norm=1.2)
    agree(pool, torch.nn.LPPool2d(1.2, (3, 2), stride=(2, 1)), Shape((50, 32), 16))
