"""Observed receptive fields: published sizes, small cases by hand, and honesty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute import receptive_field_probe as probe
from cnnanalyze.execute.kernels import kernel_of
from cnnanalyze.execute.operation_counter import Array
from cnnanalyze.execute.receptive_field_probe import observe_fields
from cnnanalyze.execute.refusal import try_layer
from cnnanalyze.execute.run import RunStep


def vgg16() -> list[RunStep]:
    steps: list[RunStep] = []
    for stage, repeat in enumerate((2, 2, 3, 3, 3)):
        before = (steps[-1].id,) if steps else ("input",)
        for number in range(repeat):
            name = f"c{stage}{number}"
            steps.append(RunStep(name, "conv", {"filters": 7, "kernel": 3, "padding": 1}, before))
            before = (name,)
        steps.append(RunStep(f"p{stage}", "maxpool", {"kernel": 2}, before))
    return steps


def test_vgg_16_sees_212_pixels() -> None:
    # Araujo et al. 2019, "Computing receptive fields": 212, effective stride 32.
    middle = observe_fields(vgg16(), (384, 32))["p4"][0]
    assert {high - low + 1 for low, high in filter(None, middle[4:8])} == {212}
    assert np.diff([reach[0] for reach in middle[4:8] if reach]).tolist() == [32] * 3


def fields(*steps: RunStep, size: tuple[int, ...]) -> Any:
    return observe_fields(steps, size)[steps[-1].id]


def test_a_line_is_seen_even_if_its_neighbours_axis_is_not_read() -> None:
    seen = fields(RunStep("c", "conv", {"filters": 2, "kernel": 1, "stride": (1, 3)}), size=(5, 7))
    assert seen[0] == [(i, i) for i in range(5)]
    assert seen[1] == [(0, 0), (3, 3), (6, 6)]


@pytest.mark.parametrize("images", [1, 7, 1 << 21])
def test_how_many_images_run_at_once_changes_nothing(images: int) -> None:
    steps = vgg16()[:5]
    assert observe_fields(steps, (17, 23), images=images) == observe_fields(steps, (17, 23))


CASES: list[tuple[RunStep, list[Any]]] = [
    (
        RunStep("x", "zeropad", {"padding": ((2, 1),)}),
        [None, None, *((i, i) for i in range(5)), None],
    ),
    (RunStep("x", "crop", {"amount": ((2, 1),)}), [(2, 2), (3, 3)]),
    (
        RunStep("x", "transposed_conv", {"filters": 3, "kernel": 3, "stride": 2}),
        [(0, 0), (0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 4)],
    ),
    (
        RunStep("x", "resize", {"size": 3, "method": "bilinear", "align_corners": True}),
        [(0, 0), (2, 2), (4, 4)],
    ),
    (RunStep("x", "resize", {"scale": 2}), [(i, i) for i in range(5) for _ in range(2)]),
    (RunStep("x", "adaptive_avgpool", {"size": 3}), [(0, 1), (1, 3), (3, 4)]),
    (RunStep("x", "global_maxpool"), [(0, 4)]),
    (RunStep("x", "dense", {"units": 7}), [(0, 4)]),
    (RunStep("x", "maxout", {"units": 7}), [(0, 4)]),
    (RunStep("x", "rbf", {"units": 7}), [(0, 4)]),
    (RunStep("x", "flatten"), [(0, 4)]),
    (RunStep("x", "reshape", {"to": "5x3"}), [(i, i) for i in range(5)]),
    (RunStep("x", "reshape", {"to": "3x5"}), [(0, 4)] * 3),
    (RunStep("x", "separable", {"filters": 7, "kernel": 3}), [(0, 2), (1, 3), (2, 4)]),
    (RunStep("x", "depthwise", {"kernel": 2, "multiplier": 3, "dilation": 3}), [(0, 3), (1, 4)]),
    (RunStep("x", "table_conv", {"table": ((0, 2), (1,)), "kernel": 4}), [(0, 3), (1, 4)]),
    (RunStep("x", "conv", {"filters": 6, "kernel": 3, "groups": 3}), [(0, 2), (1, 3), (2, 4)]),
    (RunStep("x", "subsample", {"kernel": 2}), [(0, 1), (2, 3)]),
    (RunStep("x", "softmax"), [(i, i) for i in range(5)]),
    (RunStep("x", "local_conv", {"filters": 7, "kernel": 3, "stride": 2}), [(0, 2), (2, 4)]),
    (RunStep("x", "lppool", {"kernel": 3, "stride": 1}), [(0, 2), (1, 3), (2, 4)]),
    (RunStep("x", "permute", {"order": (1,)}), [(i, i) for i in range(5)]),
    (
        RunStep("x", "reflectpad", {"padding": ((2, 1),)}),
        [(i, i) for i in (2, 1, 0, 1, 2, 3, 4, 3)],
    ),
    (RunStep("x", "replicatepad", {"padding": ((2, 1),)}), [(i, i) for i in (0, 0, *range(5), 4)]),
    (RunStep("x", "slice", {"channels": (2, 7)}), [(i, i) for i in range(5)]),
    (RunStep("x", "channel_shuffle", {"groups": 3}), [(i, i) for i in range(5)]),
    (RunStep("x", "space_to_depth", {"block": 5}), [(0, 4)]),
    (RunStep("x", "depth_to_space", {"block": 3}), [(i, i) for i in range(5) for _ in range(3)]),
    (RunStep("x", "shift", {"amount": 2}), [(2, 2), (3, 3), (4, 4), None, None]),
    (RunStep("x", "shift", {"amount": -1}), [None, (0, 0), (1, 1), (2, 2), (3, 3)]),
    (RunStep("x", "layernorm"), [(i, i) for i in range(5)]),
    (RunStep("x", "layernorm", {"axes": "all"}), [(0, 4)] * 5),
    (RunStep("x", "groupnorm", {"groups": 7}), [(0, 4)] * 5),
    (RunStep("x", "groupnorm", {"epsilon": 0}), [(0, 4)] * 5),
    (RunStep("x", "instancenorm"), [(0, 4)] * 5),
    *(
        (RunStep("x", kind), [(i, i) for i in range(5)])
        for kind in ("selu", "gelu", "silu", "hard_sigmoid", "hard_swish", "softplus", "mish")
    ),
    (RunStep("x", "gelu", {"approximate": True}), [(i, i) for i in range(5)]),
    *(
        (RunStep("x", kind), [(i, i) for i in range(5)])
        for kind in ("celu", "hard_tanh", "glu", "geglu", "swiglu", "rmsnorm")
    ),
    (RunStep("x", "rmsnorm", {"axes": "all", "epsilon": 0}), [(0, 4)] * 5),
    *(
        (RunStep("x", "reduce", {"axes": "channels", "method": method}), [(i, i) for i in range(5)])
        for method in ("mean", "sum", "max", "min", "var", "l2")
    ),
    (RunStep("x", "reduce", {"axes": "length", "method": "min"}), [(0, 4)]),
    (RunStep("x", "reduce", {"axes": "length", "keep": False}), [(0, 4)]),
    (RunStep("x", "grn", {"epsilon": 0}), [(0, 4)] * 5),
    (RunStep("x", "prelu", {"per_position": True}), [(i, i) for i in range(5)]),
    (
        RunStep("x", "conv", {"filters": 2, "kernel": 3, "weight_standardized": True}),
        [(0, 2), (1, 3), (2, 4)],
    ),
    (RunStep("x", "power", {"exponent": -1}), [(i, i) for i in range(5)]),
    (RunStep("x", "clip", {"max": 0.5}), [(i, i) for i in range(5)]),
    *((RunStep("x", kind), [(i, i) for i in range(5)]) for kind in ("abs", "sqrt", "exp", "log")),
    (RunStep("x", "log_softmax"), [(i, i) for i in range(5)]),
    (RunStep("x", "drop_path"), [(i, i) for i in range(5)]),
    (RunStep("x", "layer_scale"), [(i, i) for i in range(5)]),
    (RunStep("x", "scale", {"factor": 0}), [(i, i) for i in range(5)]),
    (RunStep("x", "scale", {"factor": 1, "offset": 2}), [(i, i) for i in range(5)]),
    (RunStep("x", "affine"), [(i, i) for i in range(5)]),
]


@pytest.mark.parametrize(
    ("step", "expected"), CASES, ids=[f"{c[0].kind}-{n}" for n, c in enumerate(CASES)]
)
def test_small_cases(step: RunStep, expected: list[Any]) -> None:
    assert fields(step, size=(5,)) == (expected,)


def test_blocks_of_pixels_go_there_and_back() -> None:
    deep = RunStep("deep", "space_to_depth", {"block": 3})
    flat = RunStep("flat", "depth_to_space", {"block": 3}, ("deep",))
    blocks = [(first, first + 2) for first in (0, 3, 6)]
    seen = observe_fields([deep, flat], (6, 9))
    assert seen["deep"] == (blocks[:2], blocks)
    # With one channel, nobody knows which pixel of its block went where.
    assert seen["flat"][1] == [block for block in blocks for _ in range(3)]


def test_what_is_permuted_comes_from_elsewhere() -> None:
    """Along an axis that another one took the place of, poison arrives in every position."""
    swapped = RunStep("s", "permute", {"order": (1, 3, 2)})
    seen = fields(swapped, size=(2, 3, 5))
    assert seen[0] == [(0, 0), (1, 1)]
    assert seen[1] == [(0, 2)] * 5
    assert seen[2] == [(0, 4)] * 3


@pytest.mark.parametrize("kind", ["slice", "channel_shuffle", "depth_to_space", "reshape"])
def test_thin_version_is_replaced_in_the_probe_alone(kind: str) -> None:
    from cnnanalyze.execute.kernels import RUN, THIN_RUN

    assert THIN_RUN[kind] is not RUN[kind]
    assert set(THIN_RUN) <= set(RUN)


def test_positions_that_are_made_of_channels_must_be_told() -> None:
    steps = [RunStep("r", "rearrange", {"pattern": "h (w c) -> h w c", "sizes": {"w": 3}})]
    seen = observe_fields(steps, (5,), sizes={"r": (5, 3)})
    assert seen["r"] == ([(0, 4)],)
    with pytest.raises(ExecutionError, match="step 'r' makes positions, but how many is not given"):
        observe_fields(steps, (5,))


def test_a_window_in_the_padding_alone_reads_nothing() -> None:
    steps = (
        RunStep("p", "conv", {"filters": 1, "kernel": 2, "stride": 2, "padding": 2}),
        RunStep("s", "softmax", {}, ("p",)),
        RunStep("c", "conv", {"filters": 3, "kernel": 2}, ("s",)),
    )
    assert fields(*steps, size=(4,)) == ([(0, 1), (0, 3), (2, 3)],)


def test_a_gate_reads_everything() -> None:
    """Squeeze and excitation: every position is scaled by what the whole map says."""
    steps = (
        RunStep("a", "conv", {"filters": 3, "kernel": 1}),
        RunStep("b", "conv", {"filters": 5, "kernel": 3, "padding": 1}),
        RunStep("both", "concat", {}, ("a", "b")),
        RunStep("g", "global_avgpool", {}, ("both",)),
        RunStep("f", "conv", {"filters": 8, "kernel": 1}, ("g",)),
        RunStep("out", "multiply", {}, ("both", "f")),
    )
    seen = observe_fields(steps, (5, 7))
    assert seen["both"][1][:2] == [(0, 1), (0, 2)]
    assert seen["out"] == ([(0, 4)] * 5, [(0, 6)] * 7)


def test_vectors_have_no_fields() -> None:
    assert fields(RunStep("d", "dense", {"units": 3}), size=()) == ()


def test_a_kernel_that_invents_what_is_not_a_number_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cnnanalyze.execute.kernels import RUN

    monkeypatch.setitem(RUN, "relu", lambda _tally, inputs, _weights: inputs[0] * np.nan)
    with pytest.raises(ExecutionError, match="'r' makes what is not a number out of numbers"):
        fields(RunStep("r", "relu"), size=(5,))


def test_one_layer_is_tried() -> None:
    assert try_layer("conv", {"filters": 5, "kernel": 3}, [(7, 11, 2)]) == (5, 9, 5)
    assert try_layer("concat", {}, [(7, 11, 2), (7, 11, 3)]) == (7, 11, 5)
    assert try_layer("concat", {}, [(7, 11, 2), (7, 13, 3)]) is None
    with pytest.raises(ExecutionError, match="there is no kernel for the kind 'magic'"):
        try_layer("magic", {}, [(7,)])


def test_the_clean_image_is_run_once_however_many_chunks_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []

    def watched(size: Sequence[int], lines: Sequence[tuple[int, int] | None]) -> Array:
        batch = poisoned(size, lines)
        sizes.append(len(batch))
        return batch

    poisoned = probe._poisoned
    monkeypatch.setattr(probe, "_poisoned", watched)
    steps = [RunStep("c", "conv", {"filters": 5, "kernel": 3})]
    assert observe_fields(steps, (7, 5), images=2) == observe_fields(steps, (7, 5))
    assert sizes[:-1] == [2, 2, 2, 2, 2, 2, 1]
    assert sizes[-1] == 7 + 5 + 1


def test_equal_layers_that_read_the_same_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def watched(kind: str) -> Any:
        ran.append(kind)
        return kernel_of(kind)

    monkeypatch.setattr(probe, "kernel_of", watched)
    steps, before = [], "input"
    relu: dict[str, Any] = {}
    for number in range(97):
        steps.append(RunStep(f"r{number}", "relu", relu, (before,)))
        before = steps[-1].id
    conv = {"filters": 3, "kernel": 3}
    steps += [RunStep(name, "conv", conv, (before,)) for name in ("left", "right")]
    seen = observe_fields(steps, (5, 7))
    # Once on the images themselves, once on what it makes of them; and both branches together.
    assert ran == ["relu", "relu", "conv"]
    assert seen["r96"] == ([(i, i) for i in range(5)], [(i, i) for i in range(7)])
    assert seen["left"] == seen["right"]
    assert seen["right"][0] == [(0, 2), (1, 3), (2, 4)]
