"""Every typical wrong answer to the forty questions is met with the mistake behind it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from cnnanalyze.course.grading.grade import RIGHT, WRONG
from tests.course.marking import lectures, marked


class Typical(NamedTuple):
    """A wrong answer, what went wrong in our own words, and the names it goes by."""

    answer: str
    given: str
    mistake: str
    names: tuple[str, ...]


SIGN_OF_001 = "[[5, 4, 0, -8], [10, 2, 2, -3], [0, 2, 4, 7], [3, 2, 3, 16]]"
FLIPPED = "[[5, 4, 0, -8], [10, 2, -2, -3], [0, 2, 4, 7], [3, 2, 3, 16]]"
STRIDE_1 = "[[6, 8, 9], [8, 8, 9], [8, 8, 9]]"
ONCE = ("padding once instead of twice",)
TOTAL = ("total padding taken per side",)
NO_BIAS, ONE_BIAS, FLAT = ("bias forgotten",), ("one bias per layer",), ("input depth forgotten",)
PER_LAYER = "one pair for the layer"

TYPICAL = (
    Typical("A1.p0", "3x3", "the +1 was left out", ("the +1 dropped",)),
    Typical("A1.p2", "6x6", "p was added once, as if it were the total", ONCE),
    Typical("A1.p2", "10x10", "that is the padded input", ("size of the padded input",)),
    Typical("A3.s3_floor", "2.33x2.33", "a fraction was given for a size", ("not rounded",)),
    Typical("A3.s3_floor", "3x3", "it was rounded up", ("rounded up",)),
    Typical("A6", "32x32x3", "the depth of the input stayed", ("channels of the wrong side",)),
    Typical("A6", "28x28x10", "the padding is missing", ("padding forgotten",)),
    Typical("A6", "30x30x10", "the padding was added on one side", ONCE),
    Typical("A6", "32x32x30", "filters times depth", ("filters multiplied by the depth",)),
    Typical("A8.bologna", "32", "P was taken per side here, too", TOTAL),
    Typical("A8.cs231n", "30", "P was taken for the total here, too", ONCE),
    Typical("B1.k_minus", SIGN_OF_001, "the entry that 001 prints", ("sign lost in one entry",)),
    Typical("B1.k_plus", FLIPPED, "the kernel was flipped", ("kernel flipped",)),
    Typical("B1.first", "-3", "the minus that 000 lost", ("minus sign lost in a product",)),
    Typical("C1", "270", "no biases", NO_BIAS),
    Typical("C1", "271", "one bias for the layer", ONE_BIAS),
    Typical("C1", "100", "flat filters", FLAT),
    Typical("C1", "252,000", "weights for every position", ("multiplied by the positions",)),
    Typical("C1", "30,730", "the size of the input", ("input size for the kernel",)),
    Typical("C3.params", "450", "no biases", NO_BIAS),
    Typical("C3.params", "451", "one bias for the layer", ONE_BIAS),
    Typical("C3.params", "156", "flat filters", FLAT),
    Typical("C3.params", "357,504", "weights for every position", ("multiplied by the positions",)),
    Typical("C5.total", "61,795", "one bias for each dense layer", ONE_BIAS),
    Typical("C5.total", "61,770", "no biases", NO_BIAS),
    Typical("C5.total", "61,706", "flat filters in conv1", FLAT),
    Typical("C7.with_bias", "14,450,689", "one bias for the layer", ONE_BIAS),
    Typical("C7.ratio_no_bias", "92,633", "156 for the convolution", FLAT),
    Typical("C10.bn_trainable", "2", "one gamma, one beta", (PER_LAYER,)),
    Typical("C10.bn", "2", "one gamma, one beta", (PER_LAYER, "statistics left out")),
    Typical("C10.bn", "64", "the statistics are missing", ("statistics left out",)),
    Typical(
        "C10.bn_trainable",
        "802,816",
        "a pair for each activation",
        ("per activation instead of per channel",),
    ),
    Typical("C10.total", "1,024", "the bias before the norm stayed", ("bias kept before a norm",)),
    Typical("C12.total", "138,344,128", "no biases", NO_BIAS),
    Typical("C12.total", "446,638,888", "the last pool is missing", ("pool forgotten",)),
    Typical("C12.convolutions", "16", "dense layers among them", ("dense layers counted too",)),
    Typical(
        "I1.vgg_conv", "16", "dense layers among them", ("dense layers counted as convolutions",)
    ),
    Typical("D3.CONV1", "476,672", "parameters times positions", ("biases counted as MACs",)),
    Typical("D3.CONV1", "156,800", "flat filters", FLAT),
    Typical("D3.CONV1", "614,400", "32x32 for 28x28", ("input size instead of output size",)),
    Typical("D3.flops", "849,320", "MACs under the name of FLOPs", ("MACs for FLOPs",)),
    Typical("D5.macs", "533,833,216", "the stride of the printed row", ("stride of 2",)),
    Typical("D5.macs", "1,137,480,704", "two for each multiply-add", ("FLOPs for MACs",)),
    Typical("E2.rf", "5, 6, 10, 11, 15", "all strides were ignored", ("strides ignored",)),
    Typical(
        "E2.rf",
        "5, 5, 9, 9",
        "pools add nothing (and strides do nothing)",
        ("pooling does not enlarge the field", "strides ignored"),
    ),
    Typical("F1.max", STRIDE_1, "a stride of 1", ("stride forgotten",)),
    Typical("F1.avg", "3, 5, 5, 5", "means rounded down", ("rounded down",)),
    Typical(
        "F4.shape_params",
        "49",
        "the average was given weights",
        ("pooling given parameters",),
    ),
    Typical("F4.shape", "7x7x1", "over channels", ("averaged over the channels",)),
    Typical("G2.ce", "0.0132", "log to base 10", ("base-10 logarithm",)),
    Typical("G2.ce", "0.0439", "log to base 2", ("base-2 logarithm",)),
    Typical("G2.ce", "0.0102", "a mean over classes", ("averaged over the classes",)),
    Typical("G2.ce", "8.5477", "all logs, whatever the label", ("without the label",)),
    Typical("H1.per_epoch", "600", "nothing held back", ("validation split forgotten",)),
    Typical("H1.updates", "2,400", "nothing held back", ("validation split forgotten",)),
    Typical("H1.per_epoch", "120", "divided by 4", ("divided by the epochs",)),
    Typical("H1.updates", "480", "one epoch", ("one epoch only",)),
    Typical(
        "H1.bgd",
        "48,000",
        "batch for stochastic",
        ("swapped batch and stochastic gradient descent",),
    ),
    Typical("I2.tiny", "1,025,000", "1000 classes", ("settings overlooked",)),
    Typical("I2.tiny", "10,240", "no biases", NO_BIAS),
    Typical("I2.regime_800", "large", "800 lies in the middle", ("regime mistaken",)),
    Typical("I2.tiny", "0", "the head was frozen, too", ("head frozen too",)),
)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("typical", TYPICAL, ids=lambda t: f"{t.answer} {t.given[:20]}")
def test_wrong_answer_is_met_with_its_mistake(typical: Typical) -> None:
    mark = marked(lectures(), typical.answer, typical.given)
    assert mark.outcome == WRONG
    assert mark.mistakes[0].names == tuple(sorted(typical.names)) or (
        mark.mistakes[0].names == typical.names
    )
    assert mark.points == mark.reached * mark.most


def test_answers_to_several_parts_are_explained_by_one_mistake() -> None:
    """A1: 5x5 at p=1 and 6x6 at p=2: of two explanations of the first, the second decides."""
    from cnnanalyze.course.grading.answers import Paper
    from cnnanalyze.course.grading.grade import grade

    paper = Paper("Ann", {("A1", "p1"): "5x5", ("A1", "p2"): "6x6"})
    marks = [m for m in grade(lectures(), [paper]).papers[0].marks if m.outcome == WRONG]
    assert [m.mistakes[0].names for m in marks] == [ONCE, ONCE]
    alone = marked(lectures(), "A1.p1", "5x5")
    assert [m.names for m in alone.mistakes] == [("the +1 dropped",), ONCE]


class Unexplained(NamedTuple):
    """A typical wrong answer that no slip of ours leads to, or to which another one leads."""

    answer: str
    given: Any
    reason: str
    names: tuple[tuple[str, ...], ...] = ()
    """What is said instead."""
    outcome: str = WRONG


EXCEPTIONS = (
    Unexplained(
        "A3.s3_floor",
        "2x2",
        "accepted by 000 and 001 and refused by 004: the sheet asks for the floor and for the fit "
        "in two parts, and the first of them is right",
        outcome=RIGHT,
    ),
    Unexplained(
        "A3.s3_fits",
        "yes",
        "the other half of the same: a wrong yes or no has no number that a slip could produce",
    ),
    Unexplained(
        "A8.cs231n",
        "34",
        "'doubled the wrong one' leads to 34 by no variation of the formula; two slips together "
        "would, but two explain too many small numbers to be believed",
    ),
    Unexplained(
        "B4.h",
        "[[0, 0, 0, 0], [30, 30, -30, -30], [30, 30, -30, -30], [0, 0, 0, 0]]",
        "windows that were overlooked are no variation of a rule: any matrix would come out",
    ),
    Unexplained(
        "B4.h",
        "[[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]",
        "the image of another slide is not in the question",
    ),
    Unexplained(
        "F4.shape",
        "f=2, s=2",
        "hyperparameters were given where a shape was asked for",
        outcome="unreadable",
    ),
)


@pytest.mark.parametrize("case", EXCEPTIONS, ids=lambda c: f"{c.answer} {str(c.given)[:20]}")
def test_exceptions_are_as_they_are_said_to_be(case: Unexplained) -> None:
    mark = marked(lectures(), case.answer, case.given)
    assert mark.outcome == case.outcome
    assert tuple(m.names for m in mark.mistakes) == case.names
    assert case.reason
