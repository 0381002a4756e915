"""Slips: the mistakes that students make, as variations of an expression.

A slip changes one kind of part wherever it stands: it drops a term, takes another operation, puts
another number in. What is evaluated is the rule itself with that change, so a slip can only ever
explain a number that it reproduces.
"""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.homework.changes import (
    Change,
    added_stride,
    axis,
    biases_everywhere,
    doubled,
    kernel_kept,
    logarithm,
    mean_left_on,
    multiplied_by_depth,
    of_place,
    one_kernel_side,
    one_less,
    only_macs,
    opposite,
    padded_input,
    padding_once,
    plus_one_dropped,
    pool_sees_nothing,
    power_of,
    put,
    rounded_down,
    rounded_up,
    sample_variance,
    squared,
    sum_for_mean,
    times_positions,
    twice,
    without,
    without_rounding,
)


class Slip(NamedTuple):
    """One mistake."""

    name: str
    """What it is called in a summary."""
    words: str
    """What was done."""
    change: Change
    weight: float = 1
    """How far-fetched it is, against the others."""
    top: bool = False
    """Whether it changes the answer as a whole, and not a part of it."""


SLIPS: tuple[Slip, ...] = (
    # sizes
    Slip("the +1 dropped", "dropped the + 1 of the size formula", plus_one_dropped),
    Slip(
        "padding once instead of twice",
        "added the padding once instead of on both sides",
        padding_once,
    ),
    Slip(
        "total padding taken per side",
        "took the total padding for the padding of each side",
        twice("total padding"),
    ),
    Slip(
        "padding forgotten",
        "forgot the padding",
        put(0, "padding", "padding before", "padding after", "total padding"),
    ),
    Slip(
        "size of the padded input",
        "gave the size of the padded input, not of the output",
        padded_input,
        1.2,
        top=True,
    ),
    Slip("rounded up", "rounded up instead of down", rounded_up, 0.95),
    Slip("rounded down", "rounded down instead of up", rounded_down, 0.95),
    Slip("not rounded", "did not round: this is a whole number", without_rounding),
    Slip("stride forgotten", "forgot the stride", put(1, "stride"), 1.1),
    Slip("kernel not taken off", "did not take the kernel off the input", kernel_kept, 1.4),
    Slip("dilation ignored", "ignored the dilation", put(1, "dilation")),
    # parameters
    Slip("bias forgotten", "forgot the biases", put(0, "biases")),
    Slip(
        "one bias per layer",
        "counted one bias for a whole layer instead of one for each filter or unit",
        put(1, "biases"),
    ),
    Slip(
        "input depth forgotten",
        "forgot the depth of the input",
        of_place(lambda p, _: None if "norm" in p.kind else 1, "channels"),
    ),
    Slip("depth counted twice", "counted the depth of the input twice", squared("channels")),
    Slip("groups forgotten", "forgot the groups", put(1, "groups")),
    Slip(
        "kernel counted along one side",
        "counted the kernel along one side only",
        one_kernel_side,
        1.3,
    ),
    Slip(
        "input size for the kernel",
        "used the size of the input instead of the kernel's",
        of_place(lambda p, n: axis(p.input.size, n), "kernel"),
        1.2,
    ),
    Slip(
        "channels of the wrong side",
        "kept the channels of the input instead of one for each filter",
        of_place(lambda p, _: p.input.channels, "filters", "units", "maps"),
        1.1,
    ),
    Slip(
        "channels of the wrong side",
        "used the channels of the output where those of the input belong",
        of_place(lambda p, _: p.output.channels, "channels"),
        1.2,
    ),
    Slip(
        "filters multiplied by the depth",
        "multiplied the filters by the depth of the input",
        multiplied_by_depth,
        1.2,
    ),
    Slip(
        "multiplied by the positions",
        "multiplied by the number of output positions, although the weights are shared",
        times_positions,
        1.2,
        top=True,
    ),
    Slip(
        "one pair for the layer",
        "took one number for the whole layer instead of one for each channel",
        of_place(lambda p, _: 1 if "norm" in p.kind else None, "channels", "features"),
        1.1,
    ),
    Slip(
        "per activation instead of per channel",
        "took one number for each activation instead of one for each channel",
        of_place(lambda p, _: p.input.count if "norm" in p.kind else None, "channels"),
        1.3,
    ),
    Slip("statistics left out", "left out the moving statistics", put(0, "statistics")),
    # operations
    Slip("MACs for FLOPs", "called MACs FLOPs: each is two operations", only_macs, 0.9),
    Slip("FLOPs for MACs", "gave FLOPs, two for each multiply-accumulate", doubled, 1, top=True),
    Slip(
        "input size instead of output size",
        "used the size of the input instead of the output's",
        of_place(lambda p, n: axis(p.input.size, n), "output"),
    ),
    Slip(
        "biases counted as MACs",
        "multiplied the parameters with the biases by the positions",
        biases_everywhere,
        1.1,
    ),
    # receptive fields
    Slip(
        "strides ignored",
        "ignored the strides: further taps lie one jump apart",
        put(1, "jump before", "jump"),
    ),
    Slip(
        "stride added instead of multiplied",
        "added the stride to the jump instead of multiplying",
        added_stride,
        1.2,
    ),
    Slip(
        "pooling does not enlarge the field",
        "thought that pooling does not enlarge the field",
        pool_sees_nothing,
    ),
    Slip("k instead of k - 1", "added k instead of k - 1 taps", one_less, 1.2),
    # training
    Slip(
        "validation split forgotten",
        "forgot the validation split",
        put(0, "validation share"),
    ),
    Slip("one epoch only", "gave one epoch only", put(1, "epochs"), 1.1),
    # given numbers
    Slip("base-10 logarithm", "took the logarithm to base 10", logarithm(10)),
    Slip("base-2 logarithm", "took the logarithm to base 2", logarithm(2)),
    Slip("powers of 10", "took powers of 10 instead of e", power_of(10), 1.2),
    Slip("powers of 2", "took powers of 2 instead of e", power_of(2), 1.2),
    Slip("sample variance", "divided by m - 1 (sample variance)", sample_variance),
    Slip("sum instead of mean", "gave the sum instead of the mean", sum_for_mean),
    Slip("root forgotten", "divided by the variance instead of its root", without("sqrt")),
    Slip("beta forgotten", "forgot to add beta", put(0, "beta")),
    Slip("gamma forgotten", "forgot to multiply by gamma", put(1, "gamma")),
    Slip("mean not taken off", "did not take the mean off", mean_left_on, 1.1),
    Slip("without the label", "summed over all classes, without the label", put(1, "label")),
    Slip("the half forgotten", "forgot to halve the penalty", put(1, "two"), 1.1),
    Slip("samples forgotten", "forgot to divide by the examples", put(1, "samples"), 1.1),
    Slip("opposite sign", "lost the minus sign", opposite, 1.5, top=True),
)
"""All slips of expressions; the first of two that come to the same is the one that is named."""
