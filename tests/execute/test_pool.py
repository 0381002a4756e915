"""Pooling against PyTorch and the lectures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels import pool as family


def first(x: Any) -> Any:
    return np.moveaxis(x, -1, 1)


CASES: list[dict[str, Any]] = [
    {"kernel": 2},
    {"kernel": 3, "stride": 2},
    {"kernel": (3, 5), "stride": (2, 3), "padding": (1, 2)},
    {"kernel": 3, "stride": 2, "ceil_mode": True},
    {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel": 2, "stride": 5, "padding": 1, "ceil_mode": True},
    {"kernel": 2, "stride": 3, "ceil_mode": True},
    {"kernel": 1, "stride": 4},
]


@pytest.mark.frameworks
@pytest.mark.parametrize("size", [(11, 13), (17, 19), (7, 23)])
@pytest.mark.parametrize("attributes", CASES, ids=str)
@pytest.mark.parametrize("block", [1, 1 << 16])
def test_pooling_is_that_of_pytorch(
    attributes: dict[str, Any],
    size: tuple[int, int],
    block: int,
    apply: Any,
    image: Any,
    monkeypatch: Any,
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    monkeypatch.setattr(family, "_CACHED", block)
    x = image(2, *size, 3)
    theirs = torch.tensor(first(x))
    options = {"kernel_size" if k == "kernel" else k: v for k, v in attributes.items()}
    out, _, counts = apply("maxpool", x, **attributes)
    expected = torch.nn.functional.max_pool2d(theirs, **options)
    assert (first(out) == expected.numpy()).all()
    taps = np.prod(np.broadcast_to(attributes["kernel"], 2))
    assert counts["compare"] == out[0].size * (taps - 1)
    for counted in (False, True):
        out, _, counts = apply("avgpool", x, count_padding=counted, **attributes)
        expected = torch.nn.functional.avg_pool2d(theirs, count_include_pad=counted, **options)
        np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
        assert counts["add"] == out[0].size * (taps - 1)
        assert counts["divide"] == out[0].size


@pytest.mark.frameworks
def test_dilated_maximum_is_that_of_pytorch(apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 17, 3)
    out, _, _ = apply("maxpool", x, kernel=3, stride=2, padding=1, dilation=3, ceil_mode=True)
    expected = torch.nn.functional.max_pool1d(
        torch.tensor(first(x)), 3, 2, 1, dilation=3, ceil_mode=True
    )
    assert (first(out) == expected.numpy()).all()


@pytest.mark.frameworks
@pytest.mark.parametrize("norm", [1.0, 2.0, 3.7])
@pytest.mark.parametrize("stride", [None, 2, (3, 1)])
def test_norm_of_windows_is_that_of_pytorch(
    stride: Any, norm: float, apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 11, 13, 3)
    options = {"kernel": (3, 2), "stride": stride, "norm": norm}
    out, _, counts = apply("lppool", x, **options)
    # PyTorch adds up powers of what is negative, too; a norm is of absolute values.
    theirs = torch.tensor(first(np.abs(x)))
    expected = torch.nn.functional.lp_pool2d(theirs, norm, (3, 2), stride)
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    assert {n: c for n, c in counts.items() if c} == {
        "power": 11 * 13 * 3 + out[0].size,
        "add": out[0].size * 5,
    }


def test_norm_of_windows_counts_what_is_there(apply: Any) -> None:
    x = np.array([3.0, -4.0, 0.0, 12.0, -5.0])[None, :, None]
    out, _, _ = apply("lppool", x, kernel=2, stride=2, padding=1, ceil_mode=True)
    np.testing.assert_allclose(out[0, :, 0], [3, 4, 13])
    out, _, _ = apply("lppool", x, kernel=2, ceil_mode=True)
    np.testing.assert_allclose(out[0, :, 0], [5, 12, 5])


@pytest.mark.frameworks
@pytest.mark.parametrize("size", [1, 3, (5, 2), (13, 17), (19, 7)])
def test_adaptive_pooling_is_that_of_pytorch(size: Any, apply: Any, image: Any) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 11, 13, 3)
    theirs = torch.tensor(first(x))
    out, _, _ = apply("adaptive_avgpool", x, size=size)
    expected = torch.nn.functional.adaptive_avg_pool2d(theirs, size)
    np.testing.assert_allclose(first(out), expected.numpy(), atol=1e-12)
    out, _, _ = apply("adaptive_maxpool", x, size=size)
    assert (first(out) == torch.nn.functional.adaptive_max_pool2d(theirs, size).numpy()).all()


def test_adaptive_bins_are_counted_one_by_one(apply: Any, image: Any) -> None:
    # Five pixels in three bins: 0-1, 1-3, 3-4; bins of 2, 3 and 2 pixels.
    _, _, counts = apply("adaptive_avgpool", image(2, 5, 7), size=3)
    assert (counts["add"], counts["divide"]) == (7 * (1 + 2 + 1), 7 * 3)


def test_global_pooling_reads_every_position(apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 3)
    out, _, counts = apply("global_avgpool", x)
    np.testing.assert_allclose(out[:, 0, 0], x.mean(axis=(1, 2)))
    assert (counts["add"], counts["divide"]) == (3 * 34, 3)
    out, _, counts = apply("global_maxpool", x)
    assert (out[:, 0, 0] == x.max(axis=(1, 2))).all()
    assert counts["compare"] == 3 * 34


def test_subsampling_of_lenet(apply: Any, image: Any) -> None:
    x = image(2, 6, 4, 5)
    out, tensors, counts = apply("subsample", x, kernel=2)
    mean = apply("avgpool", x, kernel=2)[0]
    np.testing.assert_allclose(out, 4 * mean * tensors["coefficient"] + tensors["bias"])
    assert {r: t.shape for r, t in tensors.items()} == {"coefficient": (5,), "bias": (5,)}
    assert (counts["add"], counts["multiply"]) == (3 * 2 * 5 * 4, 3 * 2 * 5)


@pytest.mark.parametrize(
    ("kind", "expected"),
    # Lecture 001: the two poolings of one 4x4 example.
    [("avgpool", [[3.25, 5], [5.25, 5.5]]), ("maxpool", [[6, 9], [8, 9]])],
)
def test_the_lecture_pools(kind: str, expected: list[list[float]], apply: Any) -> None:
    example = np.array(LECTURE_001, float)[None, ..., None]
    assert apply(kind, example, kernel=2)[0][0, ..., 0].tolist() == expected


LECTURE_001 = [[1, 3, 2, 1], [3, 6, 8, 9], [8, 3, 3, 9], [4, 6, 8, 2]]


def test_padding_never_wins(apply: Any) -> None:
    out, _, _ = apply("maxpool", np.full((1, 5, 7, 2), -3.0), kernel=3, padding="same", stride=2)
    assert (out == -3).all()


@pytest.mark.parametrize("kind", ["maxpool", "avgpool"])
def test_what_is_not_a_number_spoils_its_windows_only(kind: str, apply: Any) -> None:
    x = np.ones((1, 11, 3))
    x[0, 4] = np.nan
    out, _, _ = apply(kind, x, kernel=3, stride=2, padding=1)
    assert np.flatnonzero(np.isnan(out[0, :, 0])).tolist() == [2]


@pytest.mark.parametrize(
    "kind", ["maxpool", "avgpool", "subsample", "global_avgpool", "global_maxpool"]
)
def test_vectors_are_refused(kind: str, apply: Any) -> None:
    attributes = {} if kind.startswith("global") else {"kernel": 2}
    with pytest.raises(ExecutionError, match="the input is a vector of 7"):
        apply(kind, np.ones((1, 7)), **attributes)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_a_window_larger_than_the_map_is_refused(ceil_mode: bool, apply: Any) -> None:
    with pytest.raises(ExecutionError, match="a window spans 5 pixels, the input has 3"):
        apply("maxpool", np.ones((1, 3, 7, 2)), kernel=5, stride=2, ceil_mode=ceil_mode)
