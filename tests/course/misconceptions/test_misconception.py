"""Every slip leads to a wrong answer of its own; nothing is claimed that is not reproduced."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnanalyze.course.grading.grade import RIGHT, WRONG
from cnnanalyze.course.misconceptions.misconception import MISCONCEPTIONS
from cnnanalyze.course.sheets.solve import SolvedSheet
from tests.course.marking import lectures, marked, solved

# Sizes are distinct primes where that is possible, so that no two slips come to the same number.
QUESTIONS = """
- {id: padded, window: {n: 29, f: 5, p: 3, s: 2}}
- {id: total, window: {n: 29, f: 5, total_padding: 3}}
- {id: same, window: {n: 29, f: 5, s: 3, p: same}}
- {id: dilated, window: {n: 31, f: 5, d: 3}}
- id: conv
  input: 13x17x3
  layers: [{conv: {filters: 7, kernel: 5}, as: conv}]
  layer: conv
  ask: {output: output, parameters: parameters, macs: macs, flops: doubled_macs}
- id: grouped
  input: 13x17x6
  layers: [{conv: {filters: 14, kernel: 5, groups: 2}, as: conv}]
  layer: conv
  find: weights
- id: norm
  input: 13x17x5
  layers: [{bn: , as: bn}]
  layer: bn
  ask: {learned: parameters, stored: stored}
- id: field
  input: 97x97x1
  layers:
    - {conv: {filters: 2, kernel: 7, stride: 3}, as: a}
    - {maxpool: {kernel: 3, stride: 2}, as: p}
    - {conv: {filters: 2, kernel: 5}, as: b}
  layer: b
  find: receptive_field
- id: training
  training: {samples: 1009, batch: 13, epochs: 7, validation_split: 0.2}
  find: updates
- id: loss
  cross_entropy: {prediction: [0.7, 0.2, 0.1], label: [0, 1, 0]}
- {id: powers, softmax: {logits: [1, 2, 3]}}
- id: norms
  batch_norm: {values: [1, 2, 4, 9], gamma: 3, beta: 5}
  ask: {out: output, variance: variance, mean: mean}
- {id: pooled, pooling: {image: [[1, 2], [3, 9]], kind: average, at: [1, 1]}}
- {id: decay, weight_decay: {weights: [1, 2, 3], rate: 0.5, samples: 11}}
"""

# By hand: what somebody writes who makes the slip, and its name.
CASES = (
    ("padded", 15, "the +1 dropped"),  # (29 + 6 - 5) / 2
    ("padded", 14, "padding once instead of twice"),  # (29 + 3 - 5) / 2 + 1 = 14.5
    ("padded", 13, "padding forgotten"),  # (29 - 5) / 2 + 1
    ("padded", 35, "size of the padded input"),
    ("padded", 31, "stride forgotten"),
    ("padded", 18, "kernel not subtracted"),  # 35 / 2 + 1 = 18.5
    ("total", 31, "total padding taken per side"),
    ("same", 9, "rounded down"),  # 29 / 3 = 9.67
    ("same", "9.667", "not rounded"),
    ("dilated", 27, "dilation ignored"),
    ("conv.output", "9x13x3", "channels of the wrong side"),
    ("conv.output", "9x13x21", "filters multiplied by the depth"),
    ("conv.parameters", 525, "bias forgotten"),
    ("conv.parameters", 526, "one bias per layer"),
    ("conv.parameters", 182, "input depth forgotten"),  # 25*7 + 7
    ("conv.parameters", 1582, "depth counted twice"),  # 25*9*7 + 7
    ("conv.parameters", 112, "kernel counted along one side"),  # 5*3*7 + 7
    ("conv.parameters", 62244, "multiplied by the positions"),  # 532*9*13
    ("conv.macs", 122850, "FLOPs for MACs"),
    ("conv.flops", 61425, "MACs for FLOPs"),
    ("conv.macs", 116025, "input size instead of output size"),  # 13*17*7*25*3
    ("conv.macs", 62244, "biases counted as MACs"),
    ("grouped", 2100, "groups forgotten"),
    ("norm.learned", 2, "one pair for the layer"),
    ("norm.learned", 2210, "per activation instead of per channel"),  # 2*13*17*5
    ("norm.stored", 10, "statistics left out"),
    ("field", 13, "strides ignored"),  # 7, 9, 13
    ("field", 39, "stride added instead of multiplied"),  # jumps 4 and 6: 7 + 2*4 + 4*6
    ("field", 31, "pooling does not enlarge the field"),  # 7 + 4*6
    ("field", 47, "k instead of k - 1"),
    ("training", 546, "validation split forgotten"),  # 78 * 7
    ("training", 63, "one epoch only"),
    ("loss", "0.6990", "base-10 logarithm"),
    ("loss", "2.3219", "base-2 logarithm"),
    ("loss", "4.2687", "without the label"),
    ("loss", "-1.6094", "opposite sign"),
    ("powers", "0.0090, 0.0901, 0.9009", "powers of 10"),
    ("powers", "0.1429, 0.2857, 0.5714", "powers of 2"),
    ("norms.variance", "12.6667", "sample variance"),
    ("norms.mean", 16, "sum instead of mean"),
    ("norms.out", "4.0526, 4.3684, 5, 6.5789", "root forgotten"),
    ("norms.out", "-2.9200, -1.9467, 0, 4.8666", "beta forgotten"),
    ("norms.out", "4.0267, 4.3511, 5, 6.6222", "gamma forgotten"),
    ("norms.out", "5.9733, 6.9467, 8.8933, 13.7600", "mean not subtracted"),
    ("decay", "0.6364", "the half forgotten"),  # 0.5 / 11 * 14
    ("decay", "3.5", "samples forgotten"),  # 0.5 / 2 * 14
    ("pooled", 15, "sum instead of mean"),
)


@cache
def sheet() -> SolvedSheet:
    return solved(QUESTIONS)


@pytest.mark.parametrize(("answer", "given", "name"), CASES)
def test_slip_is_named(answer: str, given: object, name: str) -> None:
    mark = marked(sheet(), answer, str(given))
    assert mark.outcome == WRONG
    assert (name,) in [m.names for m in mark.mistakes]


def test_every_slip_is_made_somewhere() -> None:
    from tests.course.misconceptions.test_believable import typical
    from tests.course.misconceptions.test_typical_mistakes import TYPICAL

    made = {name for _, _, name in CASES} | {n for t in TYPICAL for n in t.names}
    made |= {name for case in typical() for name in case.names}
    assert {s.name for s in MISCONCEPTIONS} - made == set()


def test_two_slips_together_are_named_both() -> None:
    mark = marked(sheet(), "conv.parameters", "175")  # 25*7: flat, and no biases
    assert mark.mistakes[0].names == ("bias forgotten", "input depth forgotten")
    words = "forgot the biases, and forgot the depth of the input"
    assert mark.mistakes[0].words in {words, "forgot the depth of the input, and forgot the biases"}


def test_the_step_where_it_happened_is_shown() -> None:
    from cnnanalyze.report.graded import reasons

    mark = marked(sheet(), "conv.parameters", "182")
    assert list(reasons(mark)) == [
        "forgot the depth of the input",
        "conv, weights: 5·5·1·7 = 175",
        "instead of 5·5·3·7 = 525",
    ]


def test_where_no_slip_fits_nothing_is_claimed() -> None:
    from cnnanalyze.report.graded import reasons

    mark = marked(sheet(), "conv.parameters", "999983")
    assert mark.mistakes == ()
    assert list(reasons(mark)) == ["no known mistake leads to this"]


@settings(max_examples=60, deadline=None)
@given(
    answer=st.sampled_from(["padded", "conv.parameters", "conv.macs", "field", "training"]),
    number=st.integers(1, 10**6),
)
def test_an_explanation_reproduces_the_number_exactly(answer: str, number: int) -> None:
    mark = marked(sheet(), answer, str(number))
    if mark.outcome == RIGHT:
        assert mark.expected.replace(",", "") == str(number)
    for mistake in mark.mistakes:
        # A number written whole may be a fraction that was rounded, to a hundredth of it.
        off = abs(Fraction(mistake.value) - number)
        assert off == 0 or (off <= Fraction(1, 2) and mistake.value.denominator > 1)


def test_names_are_words() -> None:
    for misconception in MISCONCEPTIONS:
        assert re.fullmatch(r"[A-Za-z0-9+ -]+", misconception.name)
        assert misconception.words[0].islower()


def test_mistakes_of_large_networks_are_found_among_their_layers() -> None:
    mark = marked(lectures(), "D5.macs", "533,833,216")
    assert mark.mistakes[0].words == "took a stride of 2 in conv13/dw"
    mark = marked(lectures(), "C5.total", "61,795")
    assert mark.mistakes[0].words.endswith("in the dense layers")
