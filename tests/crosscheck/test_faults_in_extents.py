"""Faults planted in the rules of shapes, fields and memory: the balance names just these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cnnanalyze.analysis import memory, pipeline
from cnnanalyze.analysis import receptive_field as analysis_reach
from cnnanalyze.analysis import trace as analysis_trace
from cnnanalyze.core import periodic_field
from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.periodic_field import PathField
from cnnanalyze.core.reach import Window
from cnnanalyze.core.resampling import Sampled, Transposed
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.graph.network import Network
from cnnanalyze.layers import conv, pool, window
from cnnanalyze.layers.adaptive_pool import AdaptiveAvgPool
from cnnanalyze.layers.base import Fit
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.merge import Add, Concat, Join
from cnnanalyze.layers.padding import Crop
from cnnanalyze.layers.pool import MaxPool
from cnnanalyze.layers.resize import Resize
from cnnanalyze.layers.transposed import TransposedConv
from tests.crosscheck.faults import (
    Faults,
    Patch,
    entries_of,
    reach_otherwise,
)

pytestmark = pytest.mark.sampled(5)

FAULTS = Faults()
CONV = "input: 11x13x6, layers: [relu, {conv: {filters: 10, kernel: [3, 4], groups: 2}}, relu]"
DILATED = "input: 17x19x3, layers: [relu, {conv: {filters: 5, kernel: 3, dilation: 2}}]"
PADDED = "input: 11x13x3, layers: [relu, {conv: {filters: 5, kernel: 5, padding: [2, 1]}}]"
SAME = "input: 11x13x3, layers: [relu, {conv: {filters: 5, kernel: [3, 4], padding: same}}]"
RESIDUAL = "input: 11x13x3, layers: [{add: [[], [{conv: {filters: 3, kernel: 3, padding: 1}}]]}]"
FIELD = "receptive field"
PEAK = "network live activations (peak)"
BOTH_AXES = (f"conv1 {FIELD} (axis 1)", f"conv1 {FIELD} (axis 2)")
MISLAID = (
    *("conv1 shape", "conv1 operations (mac)", "conv1 operations (add)", "conv1 refusals"),
    *(*BOTH_AXES, PEAK),
)
"""What follows from a wrong output size."""
ALL_AXES = tuple(
    f"conv1 {FIELD} (axis {axis}{t})" for axis in (1, 2) for t in ("", ", theoretical")
)


# --- shapes and refusals -------------------------------------------------------------------------


def lay_otherwise(patch: Patch, change: Any) -> None:
    """Let the window formula see other numbers."""
    rule = window.slide

    def slide(n: int, kernel: int, stride: int, dilation: int, padding: Any, **words: Any) -> Fit:
        numbers = {
            "n": n,
            "kernel": kernel,
            "stride": stride,
            "dilation": dilation,
            "padding": padding,
            **words,
        }
        return rule(**change(numbers))

    patch.setattr(window, "slide", slide)


@FAULTS.in_network(DILATED, *MISLAID)
def dilation_ignored(patch: Patch) -> None:
    lay_otherwise(patch, lambda numbers: numbers | {"dilation": 1})


@FAULTS.in_network(PADDED, *MISLAID)
def padding_counted_once(patch: Patch) -> None:
    lay_otherwise(patch, lambda n: n | {"padding": (n["padding"][0], 0)})


@FAULTS.in_network("input: 11x14x3, layers: [{conv: {filters: 5, kernel: 3, stride: 3}}]", *MISLAID)
def division_rounded_up(patch: Patch) -> None:
    lay_otherwise(patch, lambda numbers: numbers | {"ceil": True})


@FAULTS.in_network(
    "input: 6x9x3, layers: [{maxpool: {kernel: 2, stride: 5, padding: 1, ceil_mode: true}}]",
    "maxpool1 shape",
    "maxpool1 operations (compare)",
    "maxpool1 refusals",
    f"maxpool1 {FIELD} (axis 1)",
    f"maxpool1 {FIELD} (axis 2)",
    PEAK,
)
def a_window_starts_in_the_padding_behind(patch: Patch) -> None:
    rule = window.slide

    def slide(n: int, kernel: int, stride: int, dilation: int, padding: Any, **words: Any) -> Fit:
        fit = rule(n, kernel, stride, dilation, padding, **words)
        room = n + sum(padding) - dilation * (kernel - 1) - 1
        return replace(fit, output=-(-room // stride) + 1)

    patch.setattr(window, "slide", slide)


@FAULTS.in_network("input: 5x7x3, layers: [{conv: {filters: 2, kernel: 3}}]", "conv1 refusals")
def too_large_a_kernel_accepted(patch: Patch) -> None:
    rule = window.slide

    def slide(*numbers: Any, **words: Any) -> Fit:
        try:
            return rule(*numbers, **words)
        except ShapeError:
            return Fit(1, 0, 0, 1, 1)

    patch.setattr(window, "slide", slide)


@FAULTS.in_network("input: 5x7x3, layers: [{conv: {filters: 2, kernel: 3}}]", "conv1 refusals")
def kernel_as_large_as_the_input_refused(patch: Patch) -> None:
    rule = window.slide

    def slide(n: int, kernel: int, *numbers: Any, **words: Any) -> Fit:
        if n == kernel:
            raise ShapeError("it fills the input")
        return rule(n, kernel, *numbers, **words)

    patch.setattr(window, "slide", slide)


@FAULTS.in_network(RESIDUAL, "add1 refusals")
def join_of_unequal_sizes_accepted(patch: Patch) -> None:
    def shape(_: Join, *inputs: Shape) -> Shape:
        extents = [max(sizes) for sizes in zip(*(x.extents for x in inputs), strict=True)]
        return Shape(tuple(extents[:-1]), extents[-1])

    patch.setattr(Add, "shape", shape)


@FAULTS.in_network(
    "input: 5x7x3, layers: [{concat: [[], [{conv: {filters: 2, kernel: 1}}]]}]",
    "concat1 shape",
    "concat1 refusals",
    PEAK,
)
def channels_not_added_up(patch: Patch) -> None:
    patch.setattr(Concat, "shape", lambda _, *inputs: inputs[0])


@FAULTS.in_network(
    "input: 5x7x3, layers: [{deconv: {filters: 2, kernel: 3, stride: 2, output_padding: 1}}]",
    "transposed_conv1 shape",
    "transposed_conv1 operations (add)",
    "transposed_conv1 refusals",
    "transposed_conv1 receptive field (axis 1)",
    "transposed_conv1 receptive field (axis 2)",
    PEAK,
)
def output_padding_forgotten(patch: Patch) -> None:
    rule = TransposedConv.kept

    def kept(self: TransposedConv, x: Shape) -> list[tuple[int, int]]:
        return [(before, end - 1) for before, end in rule(self, x)]

    patch.setattr(TransposedConv, "kept", kept)


# --- receptive fields ----------------------------------------------------------------------------


@FAULTS.in_network(SAME, f"conv1 {FIELD} (axis 2)", f"conv1 {FIELD} (axis 2, theoretical)")
def odd_zero_at_the_start(patch: Patch) -> None:
    # SAME_LOWER where SAME_UPPER is meant; only the even kernel shows it.
    change = {"before": 2}
    reach_otherwise(patch, Conv, lambda w: replace(w, **change) if w.kernel == 4 else w)


@FAULTS.in_network(PADDED, *ALL_AXES)
def field_begins_one_too_early(patch: Patch) -> None:
    reach_otherwise(patch, Conv, lambda w: replace(w, before=w.before + 1, kernel=w.kernel + 1))


@FAULTS.in_network(PADDED, *ALL_AXES)
def field_ends_one_too_late(patch: Patch) -> None:
    reach_otherwise(patch, Conv, lambda w: replace(w, kernel=w.kernel + 1))


@FAULTS.in_network(DILATED, *ALL_AXES)
def field_ignores_the_dilation(patch: Patch) -> None:
    reach_otherwise(patch, Conv, lambda w: replace(w, dilation=1))


@FAULTS.in_network(
    "input: 11x13x3, layers: [{maxpool: {kernel: 3, stride: [1, 2]}}]",
    f"maxpool1 {FIELD} (axis 2)",
    f"maxpool1 {FIELD} (axis 2, theoretical)",
)
def field_ignores_the_stride(patch: Patch) -> None:
    reach_otherwise(patch, MaxPool, lambda w: replace(w, stride=1))


@FAULTS.in_network(
    "input: 5x7x3, layers: [{deconv: {filters: 2, kernel: 3, stride: 2, padding: [1, 0]}}]",
    f"transposed_conv1 {FIELD} (axis 1)",
    f"transposed_conv1 {FIELD} (axis 1, theoretical)",
)
def transposed_field_ignores_the_crop(patch: Patch) -> None:
    def uncropped(reach: Any) -> Any:
        return replace(reach, before=0) if isinstance(reach, Transposed) else reach

    reach_otherwise(patch, TransposedConv, uncropped)


@FAULTS.in_network(
    "input: 5x7x3, layers: [{crop: [[0, 0], [2, 1]]}]",
    f"crop1 {FIELD} (axis 2)",
    f"crop1 {FIELD} (axis 2, theoretical)",
)
def cropped_at_the_wrong_end(patch: Patch) -> None:
    reach_otherwise(patch, Crop, lambda w: Window(1, before=-1) if w.before == -2 else w)


@FAULTS.in_network(
    "input: 11x13x3, layers: [{resize: {scale: [2, 1], method: bilinear}}]",
    f"resize1 {FIELD} (axis 1)",
    f"resize1 {FIELD} (axis 1, theoretical)",
)
def half_a_pixel_forgotten(patch: Patch) -> None:
    reach_otherwise(patch, Resize, lambda s: replace(s, offset=0) if s.step != s.unit else s)


@FAULTS.in_network(
    "input: 12x9x3, layers: [{adaptive_avgpool: [4, 2]}]",
    f"adaptive_avgpool1 {FIELD} (axis 2)",
    f"adaptive_avgpool1 {FIELD} (axis 2, theoretical)",
)
def bins_end_too_early(patch: Patch) -> None:
    def without_overlap(bins: Any) -> Any:
        assert isinstance(bins, Bins)
        return Sampled(step=bins.inputs, unit=bins.outputs) if bins.inputs == 9 else bins

    reach_otherwise(patch, AdaptiveAvgPool, without_overlap)


@FAULTS.in_network(RESIDUAL, f"add1 {FIELD} (axis 1)", f"add1 {FIELD} (axis 2)")
def the_first_path_alone_counts(patch: Patch) -> None:
    patch.setattr(analysis_trace, "_merge_clipped", lambda parts: parts[0])


@FAULTS.in_network(
    RESIDUAL, f"add1 {FIELD} (axis 1, theoretical)", f"add1 {FIELD} (axis 2, theoretical)"
)
def the_first_path_alone_counts_in_theory(patch: Patch) -> None:
    patch.setattr(analysis_reach, "join", lambda found: found[0])


@FAULTS.in_network(
    "input: 23x29x3, layers: [maxpool: 2, {conv: {filters: 2, kernel: 3}}]",
    f"conv1 {FIELD} (axis 1, theoretical)",
    f"conv1 {FIELD} (axis 2, theoretical)",
)
def the_jump_forgotten_in_theory(patch: Patch) -> None:
    def follow(seen: PathField, reach: Any) -> PathField:
        (interval,) = seen.intervals
        assert interval is not None
        first, last = interval
        last += (reach.kernel - 1) * reach.dilation  # not times the jump
        return PathField(1, reach.stride * seen.advance, ((first, last),))

    patch.setattr(periodic_field, "follow", follow)


# --- memory --------------------------------------------------------------------------------------


def measure_otherwise(patch: Patch, change: Any) -> None:
    """Let the memory analysis see another network."""
    rule = memory.measure

    def measure(network: Network) -> memory.Memory:
        found = rule(network)
        return replace(found, peak=change(network, found))

    patch.setattr(pipeline, "measure", measure)


@FAULTS.in_network("input: 5x7x3, layers: [{conv: {filters: 11, kernel: 3, padding: 1}}]", PEAK)
def inputs_not_alive(patch: Patch) -> None:
    measure_otherwise(patch, lambda network, _: max(n.output.count for n in network))


@FAULTS.in_network("input: 5x7x3, layers: [relu, tanh, relu]", PEAK)
def nothing_given_back(patch: Patch) -> None:
    measure_otherwise(patch, lambda _, found: found.saved)


@FAULTS.in_network("input: 5x7x3, layers: [{add: [[], [relu, tanh, relu]]}]", PEAK)
def shortcut_given_back_too_early(patch: Patch) -> None:
    measure_otherwise(patch, lambda network, found: found.peak - network.input.count)


# --- all of them ---------------------------------------------------------------------------------


def test_there_are_faults() -> None:
    assert len(FAULTS) >= 20


@pytest.mark.parametrize("name", FAULTS)
def test_books_agree_without_the_fault(name: str) -> None:
    assert entries_of(FAULTS[name].spec) == frozenset()


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_where_it_is(name: str, monkeypatch: Patch) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    assert entries_of(fault.spec) == fault.entries


@pytest.mark.parametrize("module", [conv, pool])
def test_all_windows_go_through_the_one_formula(module: Any) -> None:
    # The faults above are planted in ``slide``; they reach every kind only through ``slides``.
    assert module.slides is window.slides
