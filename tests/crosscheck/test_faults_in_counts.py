"""Faults planted in the rules of operations and parameters: the balance names just these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers import conv, pool, window
from cnnanalyze.layers.activation import Relu6, Softmax
from cnnanalyze.layers.adaptive_pool import AdaptiveAvgPool
from cnnanalyze.layers.batchnorm import BatchNorm
from cnnanalyze.layers.branch_arithmetic import Average
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise, Separable
from cnnanalyze.layers.leaky import Elu, Prelu
from cnnanalyze.layers.linear import Dense
from cnnanalyze.layers.local_conv import TableConv
from cnnanalyze.layers.maxout import Maxout, Rbf
from cnnanalyze.layers.merge import Add
from cnnanalyze.layers.norm import Lrn
from cnnanalyze.layers.pool import AvgPool, GlobalAvgPool, MaxPool, Subsample
from cnnanalyze.layers.resize import Resize
from cnnanalyze.layers.transposed import TransposedConv
from tests.crosscheck.faults import (
    Faults,
    Patch,
    count_otherwise,
    entries_of,
    hold_otherwise,
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


# --- operations ----------------------------------------------------------------------------------


@FAULTS.in_network(CONV, "conv1 operations (mac)", "conv1 operations (add)")
def bias_counted_as_mac(patch: Patch) -> None:
    count_otherwise(patch, Conv, lambda c: Cost(mac=c.mac + c.add))


@FAULTS.in_network(CONV, "conv1 operations (mac)")
def groups_forgotten_in_macs(patch: Patch) -> None:
    count_otherwise(patch, Conv, lambda c: replace(c, mac=2 * c.mac))


@FAULTS.in_network(CONV, "conv1 operations (add)")
def bias_not_counted(patch: Patch) -> None:
    count_otherwise(patch, Conv, lambda c: Cost(mac=c.mac))


@FAULTS.in_network(
    "input: 11x13x3, layers: [{separable: {filters: 5, kernel: 3}}]", "separable1 operations (mac)"
)
def pointwise_part_forgotten(patch: Patch) -> None:
    count_otherwise(patch, Separable, lambda c: replace(c, mac=c.mac * 9 // 14))


@FAULTS.in_network(
    "input: 5x7x3, layers: [relu, {deconv: {filters: 2, kernel: 3, stride: 2}}]",
    "transposed_conv1 operations (mac)",
)
def transposed_counted_per_output(patch: Patch) -> None:
    def cost(_: TransposedConv, output: Shape, *inputs: Shape) -> Cost:
        return Cost(mac=output.count * 9 * inputs[0].channels, add=output.count)

    patch.setattr(TransposedConv, "cost", cost)


@FAULTS.in_network("input: 11x13x3, layers: [maxpool: 3, relu]", "maxpool1 operations (compare)")
def one_comparison_too_many(patch: Patch) -> None:
    count_otherwise(patch, MaxPool, lambda c: Cost(compare=c.compare // 8 * 9))


@FAULTS.in_network("input: 11x13x3, layers: [relu, avgpool: 3]", "avgpool1 operations (divide)")
def division_of_the_mean_forgotten(patch: Patch) -> None:
    count_otherwise(patch, AvgPool, lambda c: Cost(add=c.add))


@FAULTS.in_network("input: 11x13x3, layers: [relu, gap]", "global_avgpool1 operations (add)")
def one_addition_too_many(patch: Patch) -> None:
    count_otherwise(patch, GlobalAvgPool, lambda c: replace(c, add=c.add + c.divide))


@FAULTS.in_network("input: 11x13x3, layers: [softmax, relu]", "softmax1 operations (add)")
def maximum_not_subtracted(patch: Patch) -> None:
    count_otherwise(patch, Softmax, lambda c: replace(c, add=c.compare))


@FAULTS.in_network("input: 5x7x11, layers: [relu, lrn: 5]", "lrn1 operations (add)")
def sums_not_clipped_at_the_ends(patch: Patch) -> None:
    count_otherwise(patch, Lrn, lambda c: replace(c, add=c.divide * 5))


@FAULTS.in_network("input: 5x7x3, layers: [elu, relu]", "elu1 operations (multiply)")
def factor_forgotten(patch: Patch) -> None:
    patch.setattr(Elu, "per_element", Cost(compare=1, exponential=1, add=1))


@FAULTS.in_network("input: 5x7x3, layers: [relu, relu6]", "relu61 operations (compare)")
def ceiling_forgotten(patch: Patch) -> None:
    patch.setattr(Relu6, "per_element", Cost(compare=1))


@FAULTS.in_network(
    "input: 5x7x3, layers: [multiply: [[], gap], {average: [[], relu, tanh]}]",
    "average1 operations (add)",
)
def as_many_additions_as_inputs(patch: Patch) -> None:
    count_otherwise(patch, Average, lambda c: replace(c, add=3 * c.divide))


@FAULTS.in_network("input: 5x7x3, layers: [{add: [[], gap]}, relu]", "add1 operations (add)")
def broadcast_costs_as_the_smaller(patch: Patch) -> None:
    count_otherwise(patch, Add, lambda _: Cost(add=3))


@FAULTS.in_network(
    "input: 12x9x3, layers: [{adaptive_avgpool: [5, 2]}]", "adaptive_avgpool1 operations (add)"
)
def bins_that_share_nothing(patch: Patch) -> None:
    def merges(_: AdaptiveAvgPool, output: Shape, x: Shape) -> int:
        return x.count - output.count

    patch.setattr(AdaptiveAvgPool, "merges", merges)


@FAULTS.in_network("input: 5x7x3, layers: [{maxout: 4}, relu]", "maxout1 operations (compare)")
def a_comparison_per_piece(patch: Patch) -> None:
    count_otherwise(patch, Maxout, lambda c: replace(c, compare=8))


@FAULTS.in_network(
    "input: 5x7x3, layers: [{resize: {scale: 2, method: bilinear}}]", "resize1 operations (add)"
)
def as_many_additions_as_corners(patch: Patch) -> None:
    count_otherwise(patch, Resize, lambda c: replace(c, add=c.multiply))


# --- parameters ----------------------------------------------------------------------------------


@FAULTS.in_network(CONV, "conv1 parameters (kernel)", "conv1 parameters (learnable)")
def groups_forgotten_in_the_kernel(patch: Patch) -> None:
    kernel = Param("kernel", (3, 4, 6, 10))
    hold_otherwise(patch, Conv, lambda params: (kernel, *params[1:]))


@FAULTS.in_network(CONV, "conv1 parameters (kernel)")
def kernel_axes_swapped(patch: Patch) -> None:
    kernel = Param("kernel", (4, 3, 3, 10))
    hold_otherwise(patch, Conv, lambda params: (kernel, *params[1:]))


@FAULTS.in_network(
    "input: 5x7x3, layers: [{dense: 11}, {dense: {units: 2, bias: false}}]",
    "dense1 parameters (bias)",
    "dense1 parameters (learnable)",
)
def bias_of_dense_forgotten(patch: Patch) -> None:
    hold_otherwise(patch, Dense, lambda params: params[:1])


@FAULTS.in_network(
    "input: 5x7x3, layers: [relu, {depthwise: {kernel: 3, multiplier: 2}}]",
    "depthwise1 parameters (bias)",
    "depthwise1 parameters (learnable)",
)
def a_bias_per_input_channel(patch: Patch) -> None:
    hold_otherwise(patch, Depthwise, lambda params: (params[0], Param("bias", (3,))))


@FAULTS.in_network(
    "input: 5x7x3, layers: [{table_conv: {table: [[0, 2], [1]], kernel: 3}}, relu]",
    "table_conv1 operations (mac)",
    "table_conv1 parameters (kernel)",
    "table_conv1 parameters (learnable)",
)
def table_taken_for_a_full_one(patch: Patch) -> None:
    patch.setattr(TableConv, "connections", property(lambda _: 6))


@FAULTS.in_network("input: 5x7x3, layers: [relu, bn]", "batchnorm1 parameters (learnable)")
def statistics_trainable(patch: Patch) -> None:
    hold_otherwise(
        patch, BatchNorm, lambda params: tuple(replace(p, trainable=True) for p in params)
    )


@FAULTS.in_network(
    "input: 5x7x3, layers: [bn: {center: false}]",
    "batchnorm1 parameters (beta)",
    "batchnorm1 parameters (learnable)",
)
def switch_ignored(patch: Patch) -> None:
    hold_otherwise(patch, BatchNorm, lambda params: (*params, Param("beta", (3,))))


@FAULTS.in_network("input: 5x7x3, layers: [{rbf: 10}]", "rbf1 parameters (learnable)")
def centres_trainable(patch: Patch) -> None:
    hold_otherwise(patch, Rbf, lambda params: tuple(replace(p, trainable=True) for p in params))


@FAULTS.in_network(
    "input: 5x7x3, layers: [{prelu: {shared: true}}]",
    "prelu1 parameters (slope)",
    "prelu1 parameters (learnable)",
)
def slopes_never_shared(patch: Patch) -> None:
    hold_otherwise(patch, Prelu, lambda _: (Param("slope", (3,)),))


@FAULTS.in_network(
    "input: 5x7x3, layers: [subsample: 2]",
    "subsample1 parameters (bias)",
    "subsample1 parameters (learnable)",
)
def subsampling_without_bias(patch: Patch) -> None:
    hold_otherwise(patch, Subsample, lambda params: params[:1])


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
