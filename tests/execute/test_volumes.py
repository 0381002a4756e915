"""Three spatial axes: everything that works on images works on volumes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.execute.receptive_field_probe import observe_fields
from cnnanalyze.execute.run import RunStep, execute

pytestmark = pytest.mark.frameworks


@pytest.fixture
def functional() -> Any:
    return pytest.importorskip(
        "torch", reason="values beside PyTorch: torch is not installed"
    ).nn.functional


def tensor(x: Any) -> Any:
    import torch

    return torch.tensor(np.moveaxis(x, -1, 1).copy())


def same(out: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.moveaxis(out, -1, 1), expected.numpy(), atol=1e-12)


def weights(tensors: Any) -> tuple[Any, Any]:
    import torch

    return torch.tensor(tensors["kernel"]).permute(4, 3, 0, 1, 2), torch.tensor(tensors["bias"])


OPTIONS: list[dict[str, Any]] = [
    {},
    {"stride": 2, "padding": 1},
    {"stride": (1, 2, 3), "padding": (0, 1, 2), "dilation": (2, 1, 1)},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("groups", [1, 3])
def test_conv(
    options: dict[str, Any], groups: int, functional: Any, apply: Any, image: Any
) -> None:
    x = image(2, 5, 7, 11, 6)
    out, tensors, counts = apply("conv", x, filters=9, kernel=(2, 3, 3), groups=groups, **options)
    same(out, functional.conv3d(tensor(x), *weights(tensors), groups=groups, **options))
    assert counts["mac"] * groups == out[0].size * 18 * 6


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_depthwise(options: dict[str, Any], functional: Any, apply: Any, image: Any) -> None:
    import torch

    x = image(2, 5, 7, 11, 3)
    out, tensors, counts = apply("depthwise", x, kernel=(2, 3, 3), multiplier=2, **options)
    kernel = torch.tensor(tensors["kernel"].reshape(2, 3, 3, 1, 6)).permute(4, 3, 0, 1, 2)
    bias = torch.tensor(tensors["bias"])
    same(out, functional.conv3d(tensor(x), kernel, bias, groups=3, **options))
    assert counts["mac"] == out[0].size * 18


def test_transposed_conv(functional: Any, apply: Any, image: Any) -> None:
    x = image(2, 3, 5, 7, 2)
    options: dict[str, Any] = {"stride": (1, 2, 3), "padding": (0, 1, 1)}
    out, tensors, _ = apply("transposed_conv", x, filters=3, kernel=(2, 3, 5), **options)
    import torch

    kernel = torch.tensor(tensors["kernel"]).permute(3, 4, 0, 1, 2)
    bias = torch.tensor(tensors["bias"])
    same(out, functional.conv_transpose3d(tensor(x), kernel, bias, **options))


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_pools(ceil_mode: bool, functional: Any, apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 11, 3)
    options: dict[str, Any] = {"stride": 2, "padding": (0, 1, 1), "ceil_mode": ceil_mode}
    theirs = tensor(x)
    same(
        apply("maxpool", x, kernel=(2, 3, 3), **options)[0],
        functional.max_pool3d(theirs, (2, 3, 3), **options),
    )
    same(
        apply("avgpool", x, kernel=(2, 3, 3), **options)[0],
        functional.avg_pool3d(theirs, (2, 3, 3), count_include_pad=False, **options),
    )
    same(
        apply("lppool", np.abs(x), kernel=2)[0],
        functional.lp_pool3d(theirs.abs(), 2, 2),
    )


@pytest.mark.parametrize("size", [1, (2, 3, 5), (7, 2, 13)])
def test_adaptive_and_global_pools(size: Any, functional: Any, apply: Any, image: Any) -> None:
    x = image(2, 5, 7, 11, 3)
    theirs = tensor(x)
    same(apply("adaptive_avgpool", x, size=size)[0], functional.adaptive_avg_pool3d(theirs, size))
    same(apply("adaptive_maxpool", x, size=size)[0], functional.adaptive_max_pool3d(theirs, size))
    same(apply("global_avgpool", x)[0], functional.adaptive_avg_pool3d(theirs, 1))
    same(apply("global_maxpool", x)[0], functional.adaptive_max_pool3d(theirs, 1))


def test_resize(functional: Any, apply: Any, image: Any) -> None:
    x = image(2, 3, 5, 7, 2)
    theirs = tensor(x)
    for scale in (2, 3):
        same(
            apply("resize", x, scale=scale)[0],
            functional.interpolate(theirs, scale_factor=scale),
        )
    out, _, counts = apply("resize", x, size=(5, 11, 3), method="bilinear")
    same(out, functional.interpolate(theirs, (5, 11, 3), mode="trilinear"))
    assert (counts["multiply"], counts["add"]) == (8 * out[0].size, 7 * out[0].size)


def test_batchnorm(functional: Any, apply: Any, image: Any) -> None:
    import torch

    x = image(2, 3, 5, 7, 11)
    out, tensors, _ = apply("batchnorm", x)
    roles = ("moving mean", "moving variance", "gamma", "beta")
    same(out, functional.batch_norm(tensor(x), *(torch.tensor(tensors[r]) for r in roles)))


def test_a_network_of_volumes_runs_and_is_probed() -> None:
    steps = [
        RunStep("c", "conv", {"filters": 5, "kernel": 3, "padding": 1}),
        RunStep("p", "maxpool", {"kernel": (1, 2, 2)}, ("c",)),
        RunStep("s", "separable", {"filters": 7, "kernel": 3}, ("p",)),
        RunStep("t", "table_conv", {"table": ((0, 2), (1,)), "kernel": 1}, ("s",)),
        RunStep("z", "zeropad", {"padding": 1}, ("t",)),
        RunStep("x", "crop", {"amount": ((1, 0), (0, 1), (1, 1))}, ("z",)),
        RunStep("g", "global_avgpool", {}, ("x",)),
        RunStep("d", "dense", {"units": 3}, ("g",)),
    ]
    seen = execute(steps, (5, 11, 13, 2))
    assert [seen[s.id].output for s in steps] == [
        (5, 11, 13, 5),
        (5, 5, 6, 5),
        (3, 3, 4, 7),
        (3, 3, 4, 2),
        (5, 5, 6, 2),
        (4, 4, 4, 2),
        (1, 1, 1, 2),
        (3,),
    ]
    found = observe_fields(steps, (5, 11, 13))
    assert found["s"] == (
        [(0, 3), (0, 4), (1, 4)],
        [(0, 6), (1, 8), (3, 10)],
        [(0, 6), (1, 8), (3, 10), (5, 12)],
    )
    assert found["d"] == ([(0, 4)], [(0, 10)], [(0, 12)])
