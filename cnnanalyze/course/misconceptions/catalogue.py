"""The catalogue of mistakes: the name of each kind, and how common it is.

What a mistake does stands beside what it changes: expressions in
:mod:`cnnanalyze.course.misconceptions.misconception`, networks that are misread in
:mod:`cnnanalyze.course.sheets.questions.misread_network`, given numbers that are misread beside
their topic.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Rank(IntEnum):
    """How common a mistake is."""

    COMMON = 1
    """Every class makes it: a bias, a depth, a padding, a rounding, a stride."""
    OCCASIONAL = 2
    """It happens."""
    RARE = 3
    """It is far-fetched, though its number tells it from others."""


NAMES: dict[str, Rank] = {
    **dict.fromkeys(
        (
            "the +1 dropped",
            "padding once instead of twice",
            "total padding taken per side",
            "padding forgotten",
            "rounded up",
            "rounded down",
            "not rounded",
            "stride forgotten",
            "dilation ignored",
            "bias forgotten",
            "one bias per layer",
            "input depth forgotten",
            "depth of an earlier layer",
            "groups forgotten",
            "channels of the wrong side",
            "filters multiplied by the depth",
            "output depth forgotten",
            "one depthwise set per output channel",
            "multiplied by the positions",
            "one pair for the layer",
            "statistics left out",
            "MACs for FLOPs",
            "FLOPs for MACs",
            "input size instead of output size",
            "additions as many as products",
            "numbers instead of bytes",
            "biases counted as MACs",
            "strides ignored",
            "pooling does not enlarge the field",
            "kernels added",
            "fields multiplied instead of added",
            "validation split forgotten",
            "one epoch only",
            "rounded once instead of per epoch",
            "base-10 logarithm",
            "base-2 logarithm",
            "sample variance",
            "sum instead of mean",
            "root forgotten",
            "beta forgotten",
            "gamma forgotten",
            "mean not subtracted",
            "without the label",
            "the half forgotten",
            "samples forgotten",
            "the wrong way round",
            "score layer forgotten",
            "pools counted",
            "convolutions only",
            "dense layers counted as convolutions",
            "formula of 'valid'",
            "padding 'same' assumed",
            "formula of the plain convolution",
            "taken for a plain convolution",
            "kernel axes swapped",
            "one side for both",
            "pooling given parameters",
            "pool forgotten",
            "repeated block counted once",
            "bias kept before a norm",
            "depth pooled too",
            "head frozen too",
            "nothing frozen",
            "settings overlooked",
            "averaged over the channels",
            "width before height",
            "statistics counted as parameters",
            "the other padding",
            "dense layers counted too",
            "weights not squared",
            "slope of another framework",
            "ReLU instead of its relative",
            "minus sign lost in a product",
            "sign lost in one entry",
            "kernel flipped",
            "kernel not flipped",
            "kernel transposed",
            "not normalised",
            "rounded",
            "maximum instead of mean",
            "maximum instead of sum",
            "mean instead of maximum",
            "mean instead of sum",
            "sum instead of maximum",
            "exponential forgotten",
            "averaged over the classes",
            "divided by the epochs",
            "regime mistaken",
            "swapped batch and stochastic gradient descent",
            "output projection forgotten",
            "one projection for queries, keys and values",
            "multiplied by the heads",
            "products of attention forgotten",
            "projections forgotten",
            "weighted values forgotten",
            "one head only",
            "not divided among the heads",
            "one gate only",
            "weights of the state forgotten",
            "one bias per gate",
            "two biases per gate",
            "one direction only",
            "one step only",
            "last state only",
            "lookup given biases",
            "lookup counted as a product",
            "root of the head size forgotten",
            "softmax over the columns",
            "mask forgotten",
        ),
        Rank.COMMON,
    ),
    **dict.fromkeys(
        (
            "n instead of n - 1",
            "kernel not subtracted",
            "size of the padded input",
            "k instead of k - 1",
            "one branch only",
            "stacked instead of added",
            "one filter only",
            "bias for every channel of a filter",
            "kernel counted along one side",
            "map counted along one side",
            "input size for the kernel",
            "per activation instead of per channel",
            "positions forgotten",
            "stride of the layer itself",
            "last layer left out of the field",
            "powers of 10",
            "powers of 2",
            "standard deviation for the variance",
            "opposite sign",
            "layer forgotten",
            "share of one",
            "stride of 2",
            "number instead of a shape",
            "another activation",
            "one plane only",
            "squared error",
            "examples for iterations",
            "trained on what is held back",
            "batch size forgotten",
            "answer to another part",
            "kernel not rotated",
            "derivative of the activation forgotten",
            "averaged instead of added up",
            "went uphill",
            "weight decay forgotten",
            "momentum forgotten",
            "moments not corrected",
            "other form of momentum",
            "scaled at the other time",
            "rate taken for what stays",
            "fan-in and fan-out exchanged",
            "kernel left out of the fan",
            "another initialisation",
            "intersection counted twice",
            "share of one box",
            "nothing suppressed",
            "low scores kept",
            "classes of the other form",
            "anchors forgotten",
            "rows and columns exchanged",
        ),
        Rank.OCCASIONAL,
    ),
    **dict.fromkeys(
        (
            "depth counted twice",
            "stride added instead of multiplied",
        ),
        Rank.RARE,
    ),
}
"""Every kind of mistake, with how common it is: what the credit of a sheet may name."""


class MistakeKind(NamedTuple):
    """One kind of mistake."""

    name: str
    """What it is called in a summary, and in the credit of a sheet."""
    words: str
    """What was done."""
    rank: Rank = Rank.COMMON


def kind(name: str, words: str, rank: Rank | None = None) -> MistakeKind:
    """Return a kind of mistake of the catalogue.

    Parameters
    ----------
    name
        One of :data:`NAMES`.
    words
        What was done.
    rank
        How common it is in this form, if it is less common than others of its name.

    Raises
    ------
    KeyError
        If the catalogue has no such name.

    Examples
    --------
    >>> kind("padding forgotten", "forgot the padding").rank
    <Rank.COMMON: 1>
    """
    return MistakeKind(name, words, NAMES[name] if rank is None else rank)
