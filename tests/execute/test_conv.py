"""Convolutions against PyTorch, against loops, and against the numbers of the lectures."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels import conv as family
from cnnanalyze.execute.run import RunStep, infer


def first(x: Any) -> Any:
    """Channels first, as PyTorch has them."""
    return np.moveaxis(x, -1, 1)


def last(x: Any) -> Any:
    """Channels last, as we have them."""
    return np.moveaxis(x.numpy(), 1, -1)


CASES: list[dict[str, Any]] = [
    {"kernel": 3},
    {"kernel": (5, 2), "stride": (2, 3)},
    {"kernel": 3, "padding": 2, "dilation": 2},
    {"kernel": (3, 5), "padding": (1, 2), "stride": 2},
    {"kernel": 1},
    {"kernel": 1, "stride": 3},
    {"kernel": 3, "groups": 2, "padding": 1},
    {"kernel": 3, "groups": 6, "stride": 2},
    {"kernel": 2, "groups": 3, "bias": False},
]


@pytest.mark.frameworks
@pytest.mark.parametrize("attributes", CASES, ids=str)
@pytest.mark.parametrize("columns", [1, 1 << 20])
def test_conv_is_that_of_pytorch(
    attributes: dict[str, Any], columns: int, apply: Any, image: Any, monkeypatch: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    monkeypatch.setattr(family, "COLUMNS", columns)
    monkeypatch.setattr(family, "_TAPS", columns)
    x = image(5, 11, 13, 6)
    out, tensors, counts = apply("conv", x, filters=18, **attributes)
    bias = torch.tensor(tensors["bias"]) if "bias" in tensors else None
    kernel = torch.tensor(tensors["kernel"]).permute(3, 2, 0, 1)
    names = ("stride", "padding", "dilation", "groups")
    options = {k: v for k, v in attributes.items() if k in names}
    expected = torch.nn.functional.conv2d(torch.tensor(first(x)), kernel, bias, **options)
    np.testing.assert_allclose(out, last(expected), atol=1e-12)
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        torch.nn.functional.conv2d(torch.tensor(first(x[:1])), kernel, bias, **options)
    assert 2 * counts["mac"] == counter.get_total_flops()
    assert counts["add"] == (out[0].size if bias is not None else 0)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_conv_is_the_sum_it_is_written_as(rank: int, apply: Any, image: Any) -> None:
    x = image(2, *(7, 5, 11)[:rank], 3)
    sides = ((1, 2), (0, 1), (2, 0))[:rank]
    out, tensors, counts = apply(
        "conv", x, filters=2, kernel=(3, 2, 3)[:rank], padding=sides, stride=2, dilation=2
    )
    padded = np.pad(x, ((0, 0), *sides, (0, 0)))
    products = 0
    for place in np.ndindex(out.shape):
        n, *position, f = place
        total = tensors["bias"][f]
        for tap in product(*map(range, (3, 2, 3)[:rank])):
            at = tuple(2 * p + 2 * t for p, t in zip(position, tap, strict=True))
            for c in range(3):
                total += padded[(n, *at, c)] * tensors["kernel"][(*tap, c, f)]
                products += 1
        assert out[place] == pytest.approx(total)
    assert counts["mac"] == products / 2


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("size", [1, 2, 7, 11])
def test_same_keeps_one_output_per_stride(
    size: int, kernel: int, stride: int, dilation: int, apply: Any
) -> None:
    options = {"kernel": kernel, "stride": stride, "padding": "same", "dilation": dilation}
    out, _, _ = apply("conv", np.ones((1, size, 1)), filters=1, **options)
    assert out.shape[1] == len(range(0, size, stride))


def test_same_puts_the_odd_pixel_at_the_end(apply: Any) -> None:
    # TensorFlow, kernel 2, stride 1: the first output reads both pixels, the last one only its own.
    out, tensors, _ = apply(
        "conv", np.ones((1, 5, 1)), filters=1, kernel=2, padding="same", bias=False
    )
    whole, begin = tensors["kernel"].sum(), tensors["kernel"][0].sum()
    assert out[0, :, 0] == pytest.approx([whole] * 4 + [begin])


def test_depthwise_is_grouped_convolution(apply: Any, image: Any) -> None:
    x = image(3, 11, 13, 5)
    options = {"kernel": (3, 2), "stride": 2, "padding": "same"}
    out, tensors, counts = apply("depthwise", x, multiplier=3, **options)
    wide = infer(
        [
            RunStep(
                "y",
                "conv",
                {"filters": 15, "groups": 5, **options},
                weights={
                    "kernel": tensors["kernel"].reshape(3, 2, 1, 15),
                    "bias": tensors["bias"],
                },
            )
        ],
        x[1],
    )
    np.testing.assert_allclose(out[1], wide["y"])
    assert counts == apply("conv", x, filters=15, groups=5, **options)[2]


def test_separable_is_depthwise_and_pointwise(apply: Any, image: Any) -> None:
    x = image(2, 11, 7, 3)
    out, tensors, counts = apply("separable", x, filters=5, kernel=3, multiplier=2, padding=1)
    steps = [
        RunStep(
            "d",
            "depthwise",
            {"kernel": 3, "multiplier": 2, "padding": 1, "bias": False},
            weights={"kernel": tensors["depthwise kernel"]},
        ),
        RunStep(
            "p",
            "conv",
            {"filters": 5, "kernel": 1},
            ("d",),
            weights={
                "kernel": tensors["pointwise kernel"].reshape(1, 1, 6, 5),
                "bias": tensors["bias"],
            },
        ),
    ]
    np.testing.assert_allclose(out[0], infer(steps, x[0])["p"])
    assert counts["mac"] == 11 * 7 * (6 * 9 + 6 * 5)
    assert counts["add"] == 11 * 7 * 5


def test_a_full_table_is_a_convolution(apply: Any, image: Any) -> None:
    x = image(2, 7, 11, 3)
    out, tensors, counts = apply("table_conv", x, table=((0, 1, 2), (0, 1, 2)), kernel=(3, 5))
    kernel = tensors["kernel"].reshape(3, 5, 2, 3).swapaxes(2, 3)
    step = RunStep(
        "y",
        "conv",
        {"filters": 2, "kernel": (3, 5)},
        weights={"kernel": kernel, "bias": tensors["bias"]},
    )
    np.testing.assert_allclose(out[1], infer([step], x[1])["y"])
    assert counts == apply("conv", x, filters=2, kernel=(3, 5))[2]


def test_a_table_reads_nothing_else(apply: Any, image: Any) -> None:
    x = image(1, 5, 7, 4)
    x[..., 2] = np.nan
    out, tensors, _ = apply("table_conv", x, table=((1, 3), (0,), (2, 0)), kernel=3)
    assert tensors["kernel"].shape == (3, 3, 5)
    assert np.isnan(out[..., 2]).all()
    assert np.isfinite(out[..., :2]).all()


# The 6x6 image of lecture 000, its vertical-edge kernel, and the map it prints.
IMAGE = """3 0 1 2 7 4
1 5 8 9 3 1
2 7 2 5 1 3
0 1 3 1 7 8
4 2 1 6 2 8
2 4 5 2 3 9"""
EDGES = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]


def numbers(text: str) -> np.ndarray[Any, Any]:
    return np.array([line.split() for line in text.splitlines()], float)[..., None]


def test_the_lecture_finds_vertical_edges() -> None:
    step = RunStep(
        "y",
        "conv",
        {"filters": 1, "kernel": 3, "bias": False},
        weights={"kernel": [[1, 0, -1]] * 3},
    )
    assert infer([step], numbers(IMAGE))["y"][..., 0].tolist() == EDGES


def test_one_matrix_serves_every_pair_of_channels() -> None:
    step = RunStep(
        "y",
        "conv",
        {"filters": 2, "kernel": 3, "bias": False},
        weights={"kernel": [[1, 0, -1]] * 3},
    )
    seen = infer([step], np.repeat(numbers(IMAGE), 3, axis=-1))["y"]
    for filters in range(2):
        assert (seen[..., filters] == 3 * np.array(EDGES)).all()


def test_what_is_not_a_number_spoils_its_windows_only(apply: Any) -> None:
    x = np.ones((2, 11, 13, 3))
    x[1, 5, 7, 2] = np.nan
    out, _, _ = apply("conv", x, filters=5, kernel=3, padding="same", dilation=2)
    assert np.isfinite(out[0]).all()
    spoilt = {tuple(map(int, p)) for p in np.argwhere(np.isnan(out[1, ..., 0]))}
    assert spoilt == set(product((3, 5, 7), (5, 7, 9)))


REFUSED: list[tuple[str, tuple[int, ...], dict[str, Any], str]] = [
    ("conv", (1, 5, 7, 3), {"filters": 2, "kernel": 7}, "a window spans 7 pixels, the input has 5"),
    (
        "conv",
        (1, 5, 7, 3),
        {"filters": 2, "kernel": 3, "dilation": 4, "padding": 1},
        "a window spans 9 pixels, the input has 5 with 1 + 1 of padding",
    ),
    (
        "conv",
        (1, 5, 7, 3),
        {"filters": 4, "kernel": 3, "groups": 2},
        "3 input channels cannot be split into 2 equal groups",
    ),
    (
        "conv",
        (1, 5, 7, 4),
        {"filters": 3, "kernel": 3, "groups": 2},
        "3 filters cannot be split into 2 equal groups",
    ),
    (
        "conv",
        (1, 7),
        {"filters": 3, "kernel": 3},
        "a feature map is needed, but the input is a vector of 7",
    ),
    ("depthwise", (1, 7), {"kernel": 3}, "a feature map is needed, but the input is a vector of 7"),
    (
        "conv",
        (1, 5, 7, 3),
        {"filters": 3, "kernel": (1, 2, 3)},
        "kernel has 3 entries for 2 spatial axes",
    ),
    (
        "table_conv",
        (1, 5, 7, 3),
        {"table": ((0, 1), (2, 3)), "kernel": 3},
        "row 1 of the table must name distinct channels from 0 to 2",
    ),
    (
        "table_conv",
        (1, 5, 7, 3),
        {"table": ((1, 1),), "kernel": 3},
        "row 0 of the table must name distinct channels from 0 to 2",
    ),
]


@pytest.mark.parametrize(("kind", "shape", "attributes", "message"), REFUSED)
def test_refusals(
    kind: str, shape: tuple[int, ...], attributes: dict[str, Any], message: str, apply: Any
) -> None:
    with pytest.raises(ExecutionError) as refused:
        apply(kind, np.zeros(shape), **attributes)
    assert refused.value.message == message
