"""The forty questions of the five lectures come out exactly, each with its source."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from cnnanalyze.course.sheets.answer_text import short_number
from tests.course.marking import lectures

PLUS = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
MINUS = [[5, 4, 0, -8], [10, 2, -2, -3], [0, 2, 4, 7], [3, 2, 3, 16]]
HORIZONTAL = [[0, 0, 0, 0], [30, 10, -10, -30], [30, 10, -10, -30], [0, 0, 0, 0]]
VERTICAL = [[0, 30, 30, 0], [0, 10, 10, 0], [0, -10, -10, 0], [0, -30, -30, 0]]
HALF, THIRDS = Fraction(7, 2), Fraction(7, 3)

# Question: where it comes from, and every answer. Decimals are as printed, to their last digit.
EXPECTED: dict[str, tuple[str, dict[str, Any]]] = {
    "A1": ("lectures 000, 001, 003: sizes with padding", {"p0": 4, "p1": 6, "p2": 8}),
    "A2": (
        "lectures 000, 001, 004: padding that keeps a size",
        {"p3": 1, "p5": 2, "p7": 3, "p4": None, "total4": 3},
    ),
    "A3": (
        "lecture 004, stride 3 on 7x7; floor of 000 and 001",
        {"s1": 5, "s2": 3, "s3_exact": THIRDS, "s3_fits": False, "s3_floor": 2, "s3_unread": 1},
    ),
    "A5": ("lecture 003, lines 212-221", {"out": 3, "exact": HALF, "fits": False}),
    "A6": ("lecture 004, ten 5x5 filters", {"answer": [32, 32, 10]}),
    "A7": ("lecture 002, line 306", {"answer": [14, 14, 12]}),
    "A8": (
        "lecture 002, line 277, against lecture 004",
        {"bologna": 30, "cs231n": 32, "keep_total": 4, "keep_side": 2},
    ),
    "A9": (
        "lecture 003, MobileNet table, line 528; Keras",
        {
            "n7": 4,
            "n7_total": 2,
            "n7_before": 1,
            "n7_after": 1,
            "n8": 4,
            "n8_total": 1,
            "n8_before": 0,
            "n8_after": 1,
            "n224": 112,
            "n224_total": 1,
            "n224_before": 0,
            "n224_after": 1,
        },
    ),
    "B1": (
        "lecture 000, lines 68-86; lecture 001, line 308",
        {"first": -5, "k_plus": PLUS, "k_minus": MINUS},
    ),
    "B2": (
        "lecture 000, lines 321-343, corrected",
        {
            "out": [[91, 100, 88], [69, 91, 117], [44, 72, 74]],
            "row1_column3": 88,
            "row2_column3": 117,
        },
    ),
    "B4": ("lectures 000 and 003, lines 299-321", {"h": HORIZONTAL, "v": VERTICAL}),
    "B7": (
        "lecture 001, quiz 1",
        {"f1": [[0, 30, 30, 0]] * 4, "f2": [[0, 0, 0, 0]] * 4, "shape": [4, 4, 2]},
    ),
    "C1": ("lecture 001, quiz 2, line 1255", {"params": 280}),
    "C2": ("lecture 004, ten 5x5 filters", {"params": 760}),
    "C3": ("lecture 001; 000 line 544 prints 156", {"weights": 450, "biases": 6, "params": 456}),
    "C4": (
        "lecture 000, table in lines 525-533",
        {
            "shapes": [[28, 28, 8], [14, 14, 8], [10, 10, 16], [5, 5, 16], 120, 84, 10],
            "activations": [6272, 1568, 1600, 400, 120, 84, 10],
            "params": [608, 3216, 48120, 10164, 850],
            "total": 62958,
        },
    ),
    "C5": (
        "lecture 001, lines 1359-1371, corrected",
        {"total": 62006, "params": [456, 2416, 48120, 10164, 850]},
    ),
    "C6": (
        "lecture 003, Keras summary",
        {
            "shapes": [[26, 26, 3], [24, 24, 3], 1728, 10],
            "params": [30, 84, 0, 17290],
            "total": 17404,
        },
    ),
    "C7": (
        "lecture 000, line 549; lecture 001, line 1383",
        {
            "weights": 14450688,
            "with_bias": 14455392,
            "conv": 456,
            "ratio": "31,700.4",
            "ratio_no_bias": "31,690.1",
        },
    ),
    "C9": (
        "lecture 003, lines 584-627",
        {
            "regular": 1728,
            "regular_with_bias": 1792,
            "separable": 219,
            "separable_with_bias": 286,
            "dw": 27,
            "pw": 192,
        },
    ),
    "C10": (
        "lecture 003, batch norm",
        {"bn": 128, "bn_trainable": 64, "total": 992, "trainable": 928},
    ),
    "C11": (
        "lecture 003, MobileNet table, lines 713-761",
        {
            "conv": 3185088,
            "dw": 44640,
            "pw": 3139584,
            "fc": 1024000,
            "trainable": 4231976,
            "total": 4253864,
            "bn_channels": 10944,
        },
    ),
    "C12": (
        "lecture 000, VGG-16",
        {
            "total": 138357544,
            "conv": 14714688,
            "convolutions": 13,
            "flat": 25088,
            "fc": [102764544, 16781312, 4097000],
            "fc1": 102764544,
            "fc1_share": "74.2746",
        },
    ),
    "D1": (
        "lecture 003, lines 610-627",
        {
            "regular": 85162752,
            "dw": 1330668,
            "pw": 9462528,
            "total": 10793196,
            "ratio": "7.8904",
        },
    ),
    "D3": (
        "lecture 000, its network; lecture 002, its cost",
        {
            "CONV1": 470400,
            "CONV2": 320000,
            "FC3": 48000,
            "FC4": 10080,
            "Softmax": 840,
            "macs": 849320,
            "flops": 1698640,
            "conv1_share": "55.3855",
            "fc3_parameters": 48120,
            "parameters": 62958,
            "fc3_param_share": "76.4319",
        },
    ),
    "D4": (
        "lecture 002, lines 304-308 and 386-392",
        {
            "params": 1308,
            "macs": 254016,
            "flops": 508032,
            "exact_no_bias": 505680,
            "exact_bias": 508032,
            "per_output_no_bias": 215,
            "per_output": 216,
        },
    ),
    "D5": (
        "lecture 003, MobileNet table, line 545",
        {
            "macs": 568740352,
            "pw": 539492352,
            "dw": 17385984,
            "pw_share": "94.8574",
            "literal": 533833216,
            "diff": 34907136,
        },
    ),
    "E1": (
        "lecture 002, stacked 3x3 layers",
        {"rf": [3, 5, 7], "three": 110592, "one": 200704},
    ),
    "E2": (
        "lectures 000 and 002",
        {"rf": [5, 6, 14, 16, 32], "jump": [1, 2, 2, 4], "jump_of_fc": 4},
    ),
    "E4": ("lectures 002, 000, 003", {"vgg16": 212, "mobilenet": 315, "literal": 315}),
    "F1": (
        "lecture 001, pooling",
        {"avg": [["3.25", 5], ["5.25", "5.5"]], "max": [[6, 9], [8, 9]]},
    ),
    "F3": (
        "lectures 001, 004, 002",
        {
            "a": [14, 14, 6],
            "b_floor": [2, 2, 16],
            "b_ceil": [3, 3, 16],
            "b_fits": False,
            "c": [27, 27, 96],
            "params": 0,
        },
    ),
    "F4": (
        "lecture 000, line 499; lecture 003",
        {"shape": [1, 1, 1000], "shape_params": 0, "gap": 1025000, "flatten": 50177000},
    ),
    "G1": (
        "lecture 003, softmax",
        {
            "exp": ["0.1353", "0.3679", 1, "2.7183", "7.3891"],
            "sum": "11.6106",
            "p": ["0.0117", "0.0317", "0.0861", "0.2341", "0.6364"],
        },
    ),
    "G2": ("lecture 003, cross-entropy", {"ce": "0.0305", "uniform10": "2.3026"}),
    "G4": (
        "lecture 003, batch norm",
        {"mu": "2.5", "var": "1.25", "out": ["-1.6833", "0.1056", "1.8944", "3.6833"]},
    ),
    "H1": (
        "lecture 003, fit(); lecture 001, kinds of gradient descent",
        {"train": 48000, "per_epoch": 480, "updates": 1920, "bgd": 1, "sgd": 48000},
    ),
    "I1": (
        "lecture 004, line 685; lecture 000",
        {
            "vgg_N": [2, 2, 3, 3, 3],
            "vgg_M": 5,
            "vgg_K": 2,
            "vgg_conv": 13,
            "vgg_weight_layers": 16,
            "lenet": "[(CONV-RELU)*1-POOL]*2-(FC-RELU)*2,SOFTMAX",
            "lenet_N": [1, 1],
            "lenet_M": 2,
            "lenet_K": 2,
            "lenet_weight_layers": 5,
        },
    ),
    "I2": (
        "lecture 003, transfer learning, lines 685-720",
        {
            "regime_300": "tiny",
            "tiny": 10250,
            "regime_800": "small",
            "small": 1072138,
            "regime_5000": "large",
            "large": 3217226,
        },
    ),
    "I3": (
        "lecture 003, line 545: the impossible row",
        {"stride2": 4, "valid": 3, "pad4": 7, "repaired": 7},
    ),
}


def written(value: Any, expected: Any) -> Any:
    """Return a value in the form of what is expected: decimals to their printed digits."""
    if isinstance(expected, list):
        assert isinstance(value, tuple)
        assert len(value) == len(expected)
        return [written(v, e) for v, e in zip(value, expected, strict=True)]
    if isinstance(expected, str) and not isinstance(value, str):
        return short_number(value)
    return value


@pytest.mark.parametrize("question", EXPECTED)
def test_question_comes_out_exactly(question: str) -> None:
    source, expected = EXPECTED[question]
    assert source.startswith("lecture")
    found = {name: a.solution.value for name, a in lectures()[question].answers.items()}
    found = {k: v for k, v in found.items() if k in expected}
    assert {k: written(v, expected[k]) for k, v in found.items()} == expected


def test_all_questions_are_there_and_nothing_is_left_out() -> None:
    assert [q.question.id for q in lectures().questions] == list(EXPECTED)
    assert len(EXPECTED) == 40
    for found in lectures().questions:
        assert set(found.answers) == set(EXPECTED[found.question.id][1])
        assert found.question.text


def test_every_answer_has_its_working() -> None:
    for found in lectures().questions:
        for solved in found.answers.values():
            assert solved.solution.explanations
            for one in solved.solution.explanations:
                assert one.steps
                assert one.question.endswith("?")


def test_what_is_varied_gives_the_answer_itself() -> None:
    from cnnanalyze.course.misconceptions.solution import nested_value

    varied = 0
    for found in lectures().questions:
        for name, solved in found.answers.items():
            trees = solved.solution.trees()
            if trees is not None:
                assert nested_value(trees) == solved.solution.value, (found.question.id, name)
                varied += 1
    assert varied > 110
