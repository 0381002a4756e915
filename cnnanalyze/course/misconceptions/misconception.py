"""Misconceptions: the mistakes that students make, as changes of an expression.

A misconception changes one kind of part wherever it occurs: it drops a term, takes another
operation or another number. What is evaluated is the rule itself with that change, so it can only
explain a number that it reproduces.
"""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.course.misconceptions.catalogue import MistakeKind, Rank, kind
from cnnanalyze.course.misconceptions.expression_changes import (
    Change,
    additions_as_products,
    axis,
    biases_everywhere,
    depthwise_per_filter,
    doubled,
    earlier_depth,
    kernel_of_input,
    logarithm,
    mean_left_on,
    multiplied,
    of_place,
    one_branch,
    one_filter,
    one_side,
    only_macs,
    opposite,
    power_of,
    put,
    rooted,
    rounded_once,
    sample_variance,
    squared,
    sum_for_mean,
    times_positions,
    without,
    without_factor,
)
from cnnanalyze.course.misconceptions.size_changes import (
    added_stride,
    before_last,
    kernel_added,
    kernel_kept,
    multiplied_fields,
    own_stride,
    padded_input,
    padding_once,
    plus_one_dropped,
    pool_sees_nothing,
    rounded_down,
    rounded_up,
    stride_forgotten,
    twice,
    whole_for_less_one,
    without_rounding,
)
from cnnanalyze.layers.traits import Trait


class Misconception(NamedTuple):
    """One misconception."""

    kind: MistakeKind
    change: Change
    top: bool = False
    """Whether it changes the answer as a whole, and not a part of it."""
    in_sizes: bool = False
    """Whether it is made where a size is worked out, also one that the answer only uses."""

    @property
    def name(self) -> str:
        """What it is called in a summary."""
        return self.kind.name

    @property
    def words(self) -> str:
        """What was done."""
        return self.kind.words


def _misconception(
    name: str,
    words: str,
    change: Change,
    rank: Rank | None = None,
    *,
    top: bool = False,
    in_sizes: bool = False,
) -> Misconception:
    return Misconception(kind(name, words, rank), change, top, in_sizes)


SIZE_MISCONCEPTIONS: tuple[Misconception, ...] = tuple(
    _misconception(name, words, change, in_sizes=True)
    for name, words, change in (
        (
            "the +1 dropped",
            "dropped the + 1 of the size formula (subtracted f instead of f - 1)",
            plus_one_dropped,
        ),
        (
            "padding once instead of twice",
            "added the padding once instead of on both sides",
            padding_once,
        ),
        (
            "total padding taken per side",
            "took the total padding for the padding of each side",
            twice("total padding"),
        ),
        (
            "padding forgotten",
            "forgot the padding",
            put(0, "padding", "padding before", "padding after", "total padding"),
        ),
        ("rounded up", "rounded up instead of down", rounded_up),
        ("rounded down", "rounded down instead of up", rounded_down),
        ("not rounded", "did not round: this is a whole number", without_rounding),
        ("stride forgotten", "forgot the stride", stride_forgotten),
        ("dilation ignored", "ignored the dilation", put(1, "dilation")),
        (
            "n instead of n - 1",
            "counted a step for each window instead of one less",
            whole_for_less_one("input", "output"),
        ),
        (
            "kernel not subtracted",
            "did not subtract the kernel from the input",
            kernel_kept,
        ),
    )
)
"""Where the size of a map is worked out; what uses the size goes wrong with it."""

MISCONCEPTIONS: tuple[Misconception, ...] = (
    *SIZE_MISCONCEPTIONS,
    _misconception(
        "size of the padded input",
        "gave the size of the padded input, not of the output",
        padded_input,
        top=True,
    ),
    _misconception("k instead of k - 1", "took k instead of k - 1", whole_for_less_one("kernel")),
    # parameters
    _misconception("bias forgotten", "forgot the biases", put(0, "biases")),
    _misconception(
        "one bias per layer",
        "counted one bias for a whole layer instead of one for each filter or unit",
        put(1, "biases"),
    ),
    _misconception(
        "input depth forgotten",
        "forgot the depth of the input",
        of_place(lambda p, _: None if p.normalises else 1, "channels"),
    ),
    _misconception(
        "depth of an earlier layer",
        "used the depth of the network's input instead of the layer's own",
        earlier_depth(0),
    ),
    _misconception(
        "depth of an earlier layer",
        "used the depth of an earlier map instead of the layer's own",
        earlier_depth(-1),
    ),
    _misconception("groups forgotten", "forgot the groups", put(1, "groups")),
    _misconception(
        "channels of the wrong side",
        "kept the channels of the input instead of one for each filter",
        of_place(lambda p, _: p.input.channels, "filters", "units", "maps"),
    ),
    _misconception(
        "channels of the wrong side",
        "used the channels of the output where those of the input belong",
        of_place(lambda p, _: p.output.channels, "channels"),
        Rank.OCCASIONAL,
    ),
    _misconception(
        "filters multiplied by the depth",
        "multiplied the filters by the depth of the input",
        multiplied("filters", lambda p: p.input.channels),
    ),
    _misconception(
        "depth counted twice", "counted the depth of the input twice", squared("channels")
    ),
    _misconception(
        "output depth forgotten",
        "forgot the depth of the output",
        without_factor("activations", "filters", "channels"),
    ),
    _misconception("one branch only", "took one branch only", one_branch),
    _misconception(
        "stacked instead of added",
        "stacked the branches, but they are added",
        of_place(lambda p, _: 2 * p.input.channels if Trait.SUM in p.traits else None, "channels"),
    ),
    _misconception(
        "one filter only",
        "counted one filter only",
        one_filter,
        top=True,
    ),
    _misconception(
        "bias for every channel of a filter",
        "counted a bias for every channel of a filter instead of one for each filter",
        multiplied("biases", lambda p: p.input.channels),
    ),
    _misconception(
        "kernel counted along one side",
        "counted the kernel along one side only",
        one_side("kernel"),
    ),
    _misconception(
        "map counted along one side",
        "counted the map along one side only",
        one_side("input", "output"),
    ),
    _misconception(
        "one depthwise set per output channel",
        "counted a set of depthwise kernels for each output channel instead of one for all",
        depthwise_per_filter,
    ),
    _misconception(
        "multiplied by the positions",
        "multiplied by the number of output positions, although the weights are shared",
        times_positions,
        top=True,
    ),
    _misconception(
        "input size for the kernel",
        "used the size of the input instead of that of the kernel",
        kernel_of_input,
    ),
    _misconception(
        "one pair for the layer",
        "took one number for the whole layer instead of one for each channel",
        of_place(lambda p, _: 1 if p.normalises else None, "channels", "features"),
    ),
    _misconception(
        "per activation instead of per channel",
        "took one number for each activation instead of one for each channel",
        of_place(lambda p, _: p.input.count if p.normalises else None, "channels"),
    ),
    _misconception("statistics left out", "left out the moving statistics", put(0, "statistics")),
    # operations
    _misconception("MACs for FLOPs", "called MACs FLOPs: each is two operations", only_macs),
    _misconception(
        "FLOPs for MACs", "gave FLOPs, two for each multiply-accumulate", doubled, top=True
    ),
    _misconception(
        "input size instead of output size",
        "used the size of the input instead of that of the output",
        of_place(lambda p, n: axis(p.input.size, n), "output"),
    ),
    _misconception(
        "additions as many as products",
        "counted one addition for each product",
        additions_as_products,
    ),
    _misconception(
        "numbers instead of bytes",
        "gave the number of values instead of the bytes",
        put(1, "bytes"),
    ),
    _misconception(
        "biases counted as MACs",
        "multiplied the parameters with the biases by the positions",
        biases_everywhere,
    ),
    _misconception(
        "positions forgotten",
        "forgot to multiply by the output positions",
        of_place(lambda _, __: 1, "output"),
    ),
    # receptive fields
    _misconception(
        "strides ignored",
        "ignored the strides: the elements of a kernel are one jump apart",
        put(1, "jump before", "jump"),
    ),
    _misconception(
        "pooling does not enlarge the field",
        "thought that pooling does not enlarge the field",
        pool_sees_nothing,
    ),
    _misconception(
        "kernels added",
        "added whole kernels: each further one enlarges the field by one less than its size",
        kernel_added,
    ),
    _misconception(
        "fields multiplied instead of added",
        "multiplied the kernels, but each further layer adds to the field",
        multiplied_fields,
    ),
    _misconception(
        "stride of the layer itself",
        "took the stride of the layer itself, which only affects later layers",
        own_stride,
    ),
    _misconception(
        "last layer left out of the field",
        "left out the last layer",
        before_last,
        top=True,
    ),
    _misconception(
        "stride added instead of multiplied",
        "added the stride to the jump instead of multiplying",
        added_stride,
    ),
    # training
    _misconception(
        "validation split forgotten",
        "forgot the validation split",
        put(0, "validation share"),
    ),
    _misconception("one epoch only", "gave one epoch only", put(1, "epochs")),
    _misconception(
        "rounded once instead of per epoch",
        "rounded once at the end, but every epoch has whole iterations",
        rounded_once,
    ),
    # given numbers
    _misconception("base-10 logarithm", "took the logarithm to base 10", logarithm(10)),
    _misconception("base-2 logarithm", "took the logarithm to base 2", logarithm(2)),
    _misconception("powers of 10", "took powers of 10 instead of e", power_of(10)),
    _misconception("powers of 2", "took powers of 2 instead of e", power_of(2)),
    _misconception("sample variance", "divided by m - 1 (sample variance)", sample_variance),
    _misconception(
        "standard deviation for the variance",
        "gave the root of the variance",
        rooted,
        top=True,
    ),
    _misconception("sum instead of mean", "gave the sum instead of the mean", sum_for_mean),
    _misconception(
        "root forgotten", "divided by the variance instead of its root", without("sqrt")
    ),
    _misconception("beta forgotten", "forgot to add beta", put(0, "beta")),
    _misconception("gamma forgotten", "forgot to multiply by gamma", put(1, "gamma")),
    _misconception("mean not subtracted", "did not subtract the mean", mean_left_on),
    _misconception(
        "without the label", "summed over all classes, without the label", put(1, "label")
    ),
    _misconception("the half forgotten", "forgot to halve the penalty", put(1, "two")),
    _misconception("samples forgotten", "forgot to divide by the examples", put(1, "samples")),
    _misconception("opposite sign", "lost the minus sign", opposite, top=True),
)
"""All slips of expressions; of two that are as common, the first is named first."""
