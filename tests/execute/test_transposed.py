"""Transposed convolution against PyTorch, and as the adjoint of convolution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError

CASES: list[dict[str, Any]] = [
    {"kernel": 3},
    {"kernel": (5, 2), "stride": (2, 3)},
    {"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
    {"kernel": 2, "stride": 5, "output_padding": 3},
    {"kernel": 3, "dilation": 3, "output_padding": 2, "padding": 2},
    {"kernel": 3, "stride": 2, "groups": 3, "bias": False},
    {"kernel": 1, "stride": 2, "padding": 0},
]


@pytest.mark.frameworks
@pytest.mark.parametrize("attributes", CASES, ids=str)
def test_transposed_conv_is_that_of_pytorch(
    attributes: dict[str, Any], apply: Any, image: Any
) -> None:
    torch = pytest.importorskip("torch", reason="values beside PyTorch: torch is not installed")
    x = image(2, 5, 7, 6)
    groups = attributes.get("groups", 1)
    out, tensors, counts = apply("transposed_conv", x, filters=9, **attributes)
    kernel = tensors["kernel"]
    # PyTorch keeps the input channels of all groups on one axis.
    parts = np.split(kernel, groups, axis=-1)
    theirs = torch.tensor(np.concatenate(parts, axis=-2)).permute(2, 3, 0, 1)
    options = {k: v for k, v in attributes.items() if k not in {"kernel", "bias"}}
    bias = torch.tensor(tensors["bias"]) if "bias" in tensors else None
    expected = torch.nn.functional.conv_transpose2d(
        torch.tensor(np.moveaxis(x, -1, 1)), theirs, bias, **options
    )
    np.testing.assert_allclose(out, np.moveaxis(expected.numpy(), 1, -1), atol=1e-12)
    assert counts["mac"] == 5 * 7 * kernel.size
    assert counts["add"] == (out[0].size if bias is not None else 0)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
def test_same_is_the_adjoint_of_same(kernel: int, stride: int, apply: Any, image: Any) -> None:
    """<y, conv(x)> = <transposed(y), x> for one and the same kernel."""
    small, large = image(1, 5, 1), image(1, 5 * stride, 1)
    options = {"kernel": kernel, "stride": stride, "padding": "same", "bias": False}
    spread = apply("transposed_conv", small, filters=1, **options)[0]
    read = apply("conv", large, filters=1, **options)[0]
    assert spread.shape == large.shape
    assert (spread * large).sum() == pytest.approx((small * read).sum())


REFUSED = [
    (
        {"padding": "same", "dilation": 2, "output_padding": 1},
        "output_padding 1 must be smaller than the stride 1",
    ),
    (
        {"stride": 2, "output_padding": 2},
        "output_padding 2 must be smaller than the stride 2 or the dilation 1",
    ),
    ({"padding": 4}, "cropping 4 + 4 of 7 pixels leaves nothing"),
]


@pytest.mark.parametrize(("attributes", "message"), REFUSED)
def test_refusals(attributes: dict[str, Any], message: str, apply: Any) -> None:
    with pytest.raises(ExecutionError) as refused:
        apply("transposed_conv", np.zeros((1, 5, 7, 2)), filters=3, kernel=3, **attributes)
    assert refused.value.message == message


def test_gaps_read_nothing(apply: Any) -> None:
    x = np.full((1, 3, 1), np.nan)
    out, _, _ = apply("transposed_conv", x, filters=1, kernel=1, stride=3, padding="same")
    assert np.isnan(out[0, :, 0]).tolist() == [True, False, False] * 3
