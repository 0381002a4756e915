"""Faults planted in the kernels and the run: the rules are right, and the balance says where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute import run as running
from cnnanalyze.execute.kernels import INIT, RUN, Tally, _base
from cnnanalyze.execute.kernels import adaptive_pool as adaptive_kernels
from cnnanalyze.execute.kernels import conv as conv_kernels
from cnnanalyze.execute.kernels import resize as resize_kernels
from tests.crosscheck.faults import Faults, Patch, entries_of, make_otherwise, run_otherwise

pytestmark = pytest.mark.sampled(5)

FAULTS = Faults()
FIELD = "receptive field"
PEAK = "network live activations (peak)"
CONV = "input: 11x13x3, layers: [relu, {conv: {filters: 5, kernel: 3}}]"
BOTH_AXES = (f"conv1 {FIELD} (axis 1)", f"conv1 {FIELD} (axis 2)")
THEORY = tuple(f"conv1 {FIELD} (axis {axis}, theoretical)" for axis in (1, 2))
MISLAID = (
    *("conv1 shape", "conv1 operations (mac)", "conv1 operations (add)", "conv1 refusals"),
    *(*BOTH_AXES, PEAK),
)


def after(patch: Patch, kind: str, change: Any) -> None:
    """Let something happen to the output of a kernel."""
    kernel = RUN[kind]

    def run(tally: Tally, inputs: Any, weights: Any, **attributes: Any) -> Any:
        return change(tally, inputs, kernel(tally, inputs, weights, **attributes))

    patch.setitem(RUN, kind, run)


# --- attributes that are not heeded --------------------------------------------------------------


@FAULTS.in_network(
    "input: 17x19x3, layers: [{conv: {filters: 5, kernel: 3, dilation: 2}}]",
    *MISLAID,
    *THEORY,
)
def dilation_ignored(patch: Patch) -> None:
    run_otherwise(patch, "conv", dilation=1)


@FAULTS.in_network(
    "input: 11x13x3, layers: [{conv: {filters: 5, kernel: 3, stride: 2}}]",
    *MISLAID,
    *THEORY,
)
def stride_ignored(patch: Patch) -> None:
    run_otherwise(patch, "conv", stride=1)


@FAULTS.in_network(
    "input: 11x13x3, layers: [{conv: {filters: 5, kernel: 4, padding: same}}]",
    *BOTH_AXES,
    *THEORY,
)
def odd_zero_at_the_start(patch: Patch) -> None:
    run_otherwise(patch, "conv", padding=((2, 1), (2, 1)))


@FAULTS.in_network(
    "input: 11x13x3, layers: [{maxpool: {kernel: 3, stride: 2}}, relu]",
    "maxpool1 shape",
    "relu1 shape",
    "maxpool1 operations (compare)",
    "relu1 operations (compare)",
    "maxpool1 refusals",
    *(f"{name} {FIELD} (axis {a})" for name in ("maxpool1", "relu1") for a in (1, 2)),
    *(f"{name} {FIELD} (axis {a}, theoretical)" for name in ("maxpool1", "relu1") for a in (1, 2)),
    PEAK,
)
def pool_steps_by_its_kernel(patch: Patch) -> None:
    run_otherwise(patch, "maxpool", stride=None)


@FAULTS.in_network(
    "input: 6x9x3, layers: [{avgpool: {kernel: 3, stride: 2, ceil_mode: true}}]",
    "avgpool1 shape",
    "avgpool1 operations (add)",
    "avgpool1 operations (divide)",
    "avgpool1 refusals",
    f"avgpool1 {FIELD} (axis 1)",
    PEAK,
)
def hanging_window_left_out(patch: Patch) -> None:
    run_otherwise(patch, "avgpool", ceil_mode=False)


@FAULTS.in_network(
    "input: 5x7x3, layers: [{zeropad: [[1, 0], [0, 0]]}]",
    f"zeropad1 {FIELD} (axis 1)",
    f"zeropad1 {FIELD} (axis 1, theoretical)",
)
def zeros_at_the_wrong_end(patch: Patch) -> None:
    run_otherwise(patch, "zeropad", padding=((0, 1), (0, 0)))


@FAULTS.in_network(
    "input: 5x7x3, layers: [{deconv: {filters: 2, kernel: 3, padding: [[2, 0], [1, 1]]}}]",
    f"transposed_conv1 {FIELD} (axis 1)",
    f"transposed_conv1 {FIELD} (axis 1, theoretical)",
)
def cropped_at_the_wrong_end(patch: Patch) -> None:
    run_otherwise(patch, "transposed_conv", padding=((0, 2), (1, 1)))


# --- operations that do not happen, or happen twice ----------------------------------------------


@FAULTS.in_network(CONV, "conv1 operations (add)")
def bias_added_twice(patch: Patch) -> None:
    after(patch, "conv", lambda tally, _, out: tally.add(out, 1.0))


@FAULTS.in_network("input: 5x7x3, layers: [{dense: 2}]", "dense1 operations (add)")
def bias_of_dense_not_added(patch: Patch) -> None:
    kernel = RUN["dense"]

    def run(tally: Tally, inputs: Any, weights: Any, **attributes: Any) -> Any:
        held = {"kernel": weights["kernel"]}
        return kernel(tally, inputs, held, **attributes)

    patch.setitem(RUN, "dense", run)


@FAULTS.in_network("input: 5x7x3, layers: [tanh, relu, tanh]", "relu1 operations (compare)")
def relu_does_nothing(patch: Patch) -> None:
    patch.setitem(RUN, "relu", lambda _tally, inputs, _weights, **_: inputs[0])


@FAULTS.in_network(
    "input: 5x7x6, layers: [{conv: {filters: 10, kernel: 3, groups: 2}}, relu]",
    "conv1 operations (mac)",
)
def groups_multiplied_by_zeros(patch: Patch) -> None:
    # What a framework does that writes a grouped kernel into a full one.
    def full(tally: Tally, x: Any, w: Any, axes: Any, out: Any) -> None:
        taps, read, groups, share = w.shape
        matrix = np.zeros((taps, groups, read, groups, share), w.dtype)
        for g in range(groups):
            matrix[:, g, :, g] = w[:, :, g]
        windows = _base.patches(
            _base.framed(x, axes, slice(0, None), 0.0), axes, len(axes[0].starts)
        )
        columns = windows.reshape(-1, taps * groups * read)
        tally.contract(columns, matrix.reshape(-1, groups * share), out.reshape(-1, groups * share))

    patch.setattr(conv_kernels, "_grouped", full)


@FAULTS.in_network(
    "input: 11x13x3, layers: [{adaptive_avgpool: [3, 4]}]",
    "adaptive_avgpool1 operations (add)",
    f"adaptive_avgpool1 {FIELD} (axis 2)",
)
def bins_without_their_last_pixel(patch: Patch) -> None:
    rule = adaptive_kernels._bins

    def bins(pixels: int, parts: int) -> list[slice]:
        *most, last = rule(pixels, parts)
        short = pixels == 13 and parts == 4
        return [*most, slice(last.start, last.stop - 1) if short else last]

    patch.setattr(adaptive_kernels, "_bins", bins)


@FAULTS.in_network("input: 5x7x3, layers: [softmax]", "softmax1 operations (divide)")
def divided_twice(patch: Patch) -> None:
    after(patch, "softmax", lambda tally, _, out: tally.divide(out, 1.0))


# --- tensors -------------------------------------------------------------------------------------


@FAULTS.in_network(
    CONV,
    "conv1 parameters (bias)",
    "conv1 parameters (learnable)",
    "conv1 operations (add)",
)
def no_bias_made(patch: Patch) -> None:
    make_otherwise(patch, "conv", lambda made: {"kernel": made["kernel"]})


@FAULTS.in_network(
    "input: 5x7x3, layers: [bn: {scale: false}, relu]",
    "batchnorm1 parameters (gamma)",
    "batchnorm1 parameters (learnable)",
)
def scale_made_all_the_same(patch: Patch) -> None:
    make_otherwise(patch, "batchnorm", lambda made: {**made, "gamma": made["beta"]})


@FAULTS.in_network(
    "input: 5x7x3, layers: [relu, prelu]",
    "prelu1 parameters (slope)",
    "prelu1 parameters (learnable)",
)
def one_slope_for_all(patch: Patch) -> None:
    make_otherwise(patch, "prelu", lambda made: {"slope": made["slope"][:1]})


@FAULTS.in_network(
    "input: 5x7x3, layers: [bn, {rbf: 2}]",
    "batchnorm1 parameters (learnable)",
    "rbf1 parameters (learnable)",
)
def everything_trained(patch: Patch) -> None:
    patch.setattr(running, "FIXED_ROLES", frozenset())


@FAULTS.in_network(
    "input: 5x7x3, layers: [{conv: {filters: 3, kernel: 1}, as: a}, "
    "{conv: {filters: 3, kernel: 1}, share: a}]",
    "conv1 parameters (kernel)",
    "conv1 parameters (bias)",
    "conv1 parameters (learnable)",
)
def shared_tensors_made_anew(patch: Patch) -> None:
    patch.setattr(running, "owner_of", lambda step, _: step)


# --- what is read --------------------------------------------------------------------------------


@FAULTS.in_network(CONV, *BOTH_AXES, *THEORY)
def one_tap_reads_its_neighbour(patch: Patch) -> None:
    # The kernel is laid one pixel further on than it should be, and reads the last pixel twice.
    kernel = RUN["conv"]

    def run(tally: Tally, inputs: Any, weights: Any, **attributes: Any) -> Any:
        moved = [np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)), "edge")[:, 1:, 1:] for x in inputs]
        return kernel(tally, moved, weights, **attributes)

    patch.setitem(RUN, "conv", run)


@FAULTS.in_network(
    "input: 11x13x3, layers: [{resize: {size: [7, 26]}}]",
    f"resize1 {FIELD} (axis 1)",
    f"resize1 {FIELD} (axis 1, theoretical)",
    f"resize1 {FIELD} (axis 2)",
    f"resize1 {FIELD} (axis 2, theoretical)",
)
def nearest_reads_the_pixel_before(patch: Patch) -> None:
    patch.setitem(
        resize_kernels._NEAREST,
        "nearest",
        lambda line: [max(o * line.over // line.under - 1, 0) for o in range(line.wanted)],
    )


@FAULTS.in_network(
    "input: 5x7x3, layers: [relu, gap]",
    f"global_avgpool1 {FIELD} (axis 2)",
    "global_avgpool1 operations (add)",
)
def mean_of_all_but_the_last_column(patch: Patch) -> None:
    kernel = RUN["global_avgpool"]

    def run(tally: Tally, inputs: Any, weights: Any, **attributes: Any) -> Any:
        most = [x[:, :, :-1] if x.shape[2] > 1 else x for x in inputs]
        return kernel(tally, most, weights, **attributes)

    patch.setitem(RUN, "global_avgpool", run)


@FAULTS.in_network(
    "input: 5x7x3, layers: [{add: [[], [{conv: {filters: 3, kernel: 3, padding: 1}}]]}]",
    f"add1 {FIELD} (axis 1)",
    f"add1 {FIELD} (axis 1, theoretical)",
    f"add1 {FIELD} (axis 2)",
    f"add1 {FIELD} (axis 2, theoretical)",
)
def the_second_branch_not_added(patch: Patch) -> None:
    after(patch, "add", lambda _tally, inputs, out: inputs[0] + 0 * np.nan_to_num(out))


# --- shapes, refusals, memory --------------------------------------------------------------------


@FAULTS.in_network(
    "input: 5x7x3, layers: [{concat: [[], [{conv: {filters: 2, kernel: 1}}]]}]",
    "concat1 shape",
    "concat1 refusals",
    PEAK,
)
def a_channel_lost(patch: Patch) -> None:
    after(patch, "concat", lambda _tally, _, out: out[..., 1:])


@FAULTS.in_network("input: 5x7x3, layers: [{conv: {filters: 2, kernel: 3}}]", "conv1 refusals")
def too_small_an_input_accepted(patch: Patch) -> None:
    kernel = RUN["conv"]

    def run(tally: Tally, inputs: Any, weights: Any, **attributes: Any) -> Any:
        try:
            return kernel(tally, inputs, weights, **attributes)
        except ExecutionError:
            return np.zeros((len(inputs[0]), 1, 1, 2), np.float32)

    patch.setitem(RUN, "conv", run)


@FAULTS.in_network("input: 5x7x3, layers: [{multiply: [[], gap]}]", "multiply1 refusals")
def join_of_unequal_channels_refused_alone(patch: Patch) -> None:
    kernel = RUN["multiply"]

    def run(tally: Tally, inputs: Any, weights: Any, **attributes: Any) -> Any:
        rows = min(x.shape[1] for x in inputs if x.shape[1] > 1) if inputs[0].shape[1] > 1 else 1
        same = [x[:, :rows] for x in inputs]
        if {x.shape[1] for x in inputs} == {4, 1}:
            raise ExecutionError("four rows are not liked here")
        return kernel(tally, same, weights, **attributes)

    patch.setitem(RUN, "multiply", run)


@FAULTS.in_network("input: 5x7x3, layers: [relu, tanh, {add: [[], relu]}]", PEAK)
def nothing_freed(patch: Patch) -> None:
    patch.setattr(running._Alive, "drop", lambda *_: None)


@FAULTS.in_network(
    "input: 5x7x3, layers: [{add: [[], [{conv: {filters: 7, kernel: 1}}, relu, "
    "{conv: {filters: 3, kernel: 1}}]]}]",
    PEAK,
)
def shortcut_forgotten_while_it_waits(patch: Patch) -> None:
    def needed(alive: Any, step: running.RunStep) -> int:
        return sum(int(alive[name][0].size) for name in {*step.inputs, step.id})

    patch.setattr(running._Alive, "needed", needed)


# --- all of them ---------------------------------------------------------------------------------


def test_there_are_faults() -> None:
    assert len(FAULTS) >= 25


@pytest.mark.parametrize("name", FAULTS)
def test_books_agree_without_the_fault(name: str) -> None:
    assert entries_of(FAULTS[name].spec) == frozenset()


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_where_it_is(name: str, monkeypatch: Patch) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    assert entries_of(fault.spec) == fault.entries


def test_kind_without_a_kernel_is_found(monkeypatch: Patch) -> None:
    monkeypatch.delitem(RUN, "tanh")
    assert entries_of("{cnn: 1, input: 5x7x3, layers: [relu, tanh]}") == {"<text> refusals"}


def test_kernel_that_refuses_everything_is_found(monkeypatch: Patch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise ExecutionError("not today")

    monkeypatch.setitem(INIT, "conv", refuse)
    assert entries_of(f"{{cnn: 1, {CONV}}}") == {"<text> refusals"}
