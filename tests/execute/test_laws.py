"""Laws that every kernel keeps: means of constants, and blocks of work that leave no trace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.execute.kernels import conv, local_conv, pool
from cnnanalyze.execute.run import RunStep, execute, infer

MEANS: list[tuple[str, dict[str, Any]]] = [
    ("avgpool", {"kernel": (2, 3)}),
    ("avgpool", {"kernel": (2, 3), "stride": 1, "padding": ((1, 0), (2, 1))}),
    ("avgpool", {"kernel": 3, "stride": 4, "padding": 1, "ceil_mode": True}),
    ("avgpool", {"kernel": (4, 5), "stride": 2, "padding": "same"}),
    ("global_avgpool", {}),
    ("adaptive_avgpool", {"size": (3, 4)}),
    ("adaptive_avgpool", {"size": (13, 17)}),
    ("resize", {"size": (3, 17), "method": "bilinear"}),
    ("resize", {"scale": (2, 3), "method": "bilinear", "align_corners": True}),
    ("resize", {"scale": (2, 3)}),
]


@pytest.mark.parametrize(("kind", "attributes"), MEANS)
def test_mean_of_a_constant_is_the_constant(kind: str, attributes: dict[str, Any]) -> None:
    (out,) = infer([RunStep("mean", kind, attributes)], np.full((11, 13, 3), 7.0)).values()
    assert np.allclose(out, 7.0)
    assert out.shape[-1] == 3


WINDOWS: list[tuple[str, dict[str, Any]]] = [
    ("conv", {"filters": 5, "kernel": (3, 2), "padding": "same"}),
    ("conv", {"filters": 5, "kernel": 3, "stride": (2, 3), "padding": ((0, 2), (1, 0))}),
    ("conv", {"filters": 9, "kernel": 3, "dilation": 2, "groups": 3}),
    ("conv", {"filters": 6, "kernel": 3, "groups": 6, "stride": 2}),
    ("depthwise", {"kernel": (2, 3), "multiplier": 2, "padding": 1}),
    ("separable", {"filters": 7, "kernel": 3, "stride": 2}),
    ("local_conv", {"filters": 5, "kernel": (3, 2), "padding": 1}),
    ("table_conv", {"table": ((0, 3), (5,), (1, 2, 4)), "kernel": 3}),
    ("maxpool", {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    ("avgpool", {"kernel": (2, 3), "stride": 1, "padding": "same"}),
    ("subsample", {"kernel": 2}),
]


@pytest.mark.parametrize(("kind", "attributes"), WINDOWS)
@pytest.mark.parametrize("limit", [1, 97])
def test_blocks_of_work_leave_no_trace(
    kind: str, attributes: dict[str, Any], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.random.default_rng(13).standard_normal((3, 11, 13, 6))

    def run() -> Any:
        seen = execute([RunStep("a", kind, attributes)], images, ["a"], dtype=np.float64)
        return seen.outputs["a"], dict(seen["a"].counts)

    whole, counts = run()
    for module, name in (
        (conv, "COLUMNS"),
        (local_conv, "COLUMNS"),
        (conv, "_TAPS"),
        (pool, "_CACHED"),
    ):
        monkeypatch.setattr(module, name, limit)
    parts, counts_of_parts = run()
    assert np.allclose(parts, whole)
    assert counts_of_parts == counts


@pytest.mark.parametrize(("kind", "attributes"), WINDOWS)
def test_images_of_a_batch_do_not_meet(kind: str, attributes: dict[str, Any]) -> None:
    images = np.random.default_rng(17).standard_normal((3, 11, 13, 6))
    steps = [RunStep("a", kind, attributes)]
    together = execute(steps, images, ["a"], dtype=np.float64).outputs["a"]
    for number, image in enumerate(images):
        assert np.allclose(infer(steps, image)["a"], together[number])


def test_depthwise_is_grouped_convolution() -> None:
    image = np.random.default_rng(19).standard_normal((11, 13, 6))
    kernel = np.random.default_rng(23).standard_normal((3, 2, 6, 1))
    shared = {"kernel": (3, 2), "stride": 2, "bias": False}
    deep = RunStep("a", "depthwise", shared, weights={"kernel": kernel})
    grouped = {**shared, "filters": 6, "groups": 6}
    plain = RunStep("a", "conv", grouped, weights={"kernel": kernel.reshape(3, 2, 1, 6)})
    assert np.allclose(infer([deep], image)["a"], infer([plain], image)["a"])


def test_groups_are_convolutions_side_by_side() -> None:
    image = np.random.default_rng(29).standard_normal((11, 13, 6))
    kernel = np.random.default_rng(31).standard_normal((3, 3, 3, 10))
    attributes = {"filters": 10, "kernel": 3, "groups": 2, "bias": False}
    grouped = infer([RunStep("a", "conv", attributes, weights={"kernel": kernel})], image)["a"]
    halves = [
        infer(
            [
                RunStep(
                    "a",
                    "conv",
                    {"filters": 5, "kernel": 3, "bias": False},
                    weights={"kernel": kernel[..., filters]},
                )
            ],
            image[..., channels],
        )["a"]
        for channels, filters in ((slice(3), slice(5)), (slice(3, 6), slice(5, 10)))
    ]
    assert np.allclose(grouped, np.concatenate(halves, axis=-1))


def test_transposed_convolution_is_the_adjoint() -> None:
    # <conv(x), y> = <x, transposed(y)>: one kernel, read in both directions.
    generator = np.random.default_rng(37)
    kernel = generator.standard_normal((3, 2, 2, 5))
    shared = {"kernel": (3, 2), "stride": (2, 3), "padding": ((1, 0), (0, 1)), "bias": False}
    forth = RunStep("a", "conv", {**shared, "filters": 5}, weights={"kernel": kernel})
    x = generator.standard_normal((12, 13, 2))
    image = infer([forth], x)["a"]
    y = generator.standard_normal(image.shape)
    turned = np.swapaxes(kernel, -1, -2)
    back = RunStep("a", "transposed_conv", {**shared, "filters": 2}, weights={"kernel": turned})
    painted = infer([back], y)["a"]
    rows, columns = painted.shape[:2]
    assert np.isclose((image * y).sum(), (x[:rows, :columns] * painted).sum())
