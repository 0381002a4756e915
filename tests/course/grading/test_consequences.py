"""Consequences: what is right for an earlier answer of the student is no new mistake.

The numbers are worked out by hand from what the student had.
"""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from cnnanalyze.course.grading.grade import CONSEQUENTIAL, RIGHT, WRONG, GradedPaper, grade
from cnnanalyze.course.grading.paper import Paper
from cnnanalyze.course.sheets.sheet_reading import read_sheet
from cnnanalyze.course.sheets.solve import solve
from cnnanalyze.errors import Source
from cnnanalyze.report.graded import reasons
from tests.course.marking import print_marks, solved

NET = """
- id: net
  input: 37x37x3
  layers:
    - {conv: {filters: 5, kernel: 6}, as: conv1}
    - relu
    - {maxpool: 2, as: pool1}
    - {conv: {filters: 7, kernel: 3}, as: conv2}
    - {dense: 11, as: fc}
  ask:
    size1: {find: output, layer: conv1}
    size2: {find: output, layer: pool1}
    size3: {find: output, layer: conv2}
    macs2: {find: macs, layer: conv2}
    weights1: {find: weights, layer: conv1}
    params1: {find: parameters, layer: conv1}
    fc: {find: parameters, layer: fc}
    all: parameters
    share: {share: [fc, all]}
    field1: {find: receptive_field, layer: pool1}
    field2: {find: receptive_field, layer: conv2}
"""
OTHERS = """
- {id: before, window: {n: 41, f: 6, s: 3}}
- {id: after, window: {n: 12, f: 3}}
- id: net2
  input: 12x12x5
  layers: [{conv: {filters: 2, kernel: 4}, as: c}]
  layer: c
  find: output
- id: train
  training: {samples: 1013, batch: 64, epochs: 7, validation_split: 0.25}
  ask: {kept: training_samples, epoch: iterations, all: updates}
- {id: norm, batch_norm: {values: [1, 2, 6]}, ask: {m: mean, v: variance}}
- {id: soft, softmax: {logits: [1, 2, 3]}}
- {id: loss, cross_entropy: {prediction: [0.0900, 0.2447, 0.6652], label: [0, 0, 1]}}
- {id: conv, convolution: {image: [[1, 2, 3], [4, 5, 7], [7, 8, 9]], kernel: [[1, 0], [0, 1]]}}
- id: work
  input: 17x12x3
  layers: [{conv: {filters: 2, kernel: [5, 3]}, as: c}]
  layer: c
  ask:
    size: output
    count: activations
    macs: macs
    twice: doubled_macs
    learned: parameters
    bytes: weight_memory
- id: steps
  softmax: {logits: [2, 1, 0]}
  ask: {powers: exponentials, total: sum, shares: probabilities}
- {id: pool, pooling: {image: [[6, 9], [12, 14]], kind: sum}}
"""


def paper(questions: str, **answers: str) -> GradedPaper:
    given = {(key.replace("__", "."), ""): value for key, value in answers.items()}
    return grade(solved(questions), [Paper("Ann", given)]).papers[0]


def outcome(questions: str, later: str, **answers: str) -> tuple[str, tuple[str, ...]]:
    (mark,) = [m for m in paper(questions, **answers).marks if m.label == later]
    return mark.outcome, tuple(label for label, _ in mark.follows)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("earlier", "had", "later", "given"),
    [
        ("net.size1", "34x34x5", "net.size2", "17x17x5"),
        ("net.size1", "34x34x5", "net.size3", "15x15x7"),  # pool1 17, conv2 15
        ("net.size2", "18x18x5", "net.size3", "16x16x7"),
        ("net.size2", "18x18x5", "net.macs2", "80640"),  # 16*16*7 * 3*3*5
        ("net.size3", "13x13x7", "net.fc", "13024"),  # 13*13*7*11 + 11
        ("net.size1", "32x32x4", "net.size2", "16x16x4"),  # the depth goes along, too
        ("net.weights1", "180", "net.params1", "185"),  # 6*6*5 + 5
        ("net.params1", "540", "net.all", "15965"),  # 540 + 322 + 15,103
        ("net.fc", "15092", "net.share", "94.502%"),  # 15,092 of 15,970
        ("net.field1", "9", "net.field2", "13"),  # 9 + 2*2
        ("train.kept", "1013", "train.epoch", "16"),
        ("train.epoch", "11", "train.all", "77"),
        ("norm.m", "9", "norm.v", "40.667"),  # (64 + 49 + 9) / 3
        ("net.size3", "13x13x7", "net.macs2", "53235"),  # 13*13*7 * 3*3*5
        ("work.size", "12x9x2", "work.count", "216"),
        ("work.size", "12x9x2", "work.macs", "9720"),  # 12*9*2 * 5*3*3
        ("work.learned", "90", "work.bytes", "360"),  # 4 bytes each
        ("work.macs", "1000", "work.twice", "2000"),
        ("steps.powers", "4, 2, 1", "steps.total", "7"),
        ("steps.powers", "4, 2, 1", "steps.shares", "0.571, 0.286, 0.143"),
        ("steps.total", "10", "steps.shares", "0.739, 0.272, 0.1"),  # e*e/10, e/10, 1/10
    ],
)
def test_answer_follows_from_an_earlier_one(earlier: str, had: str, later: str, given: str) -> None:
    questions = NET + OTHERS
    assert outcome(questions, later, **{earlier: had, later: given}) == (CONSEQUENTIAL, (earlier,))


@pytest.mark.parametrize(
    ("earlier", "had", "later", "given"),
    [
        ("before", "13", "after", "11"),  # the window says 12
        ("before", "13", "net2", "10x10x2"),  # the input says 12x12x5
        ("soft", "0.1, 0.2, 0.5", "loss", "0.6931"),  # -ln 0.5
        ("conv", "[[6, 9], [12, 15]]", "pool", "42"),
    ],
)
def test_what_a_question_gives_is_no_consequence_of_what_was_answered_before(
    earlier: str, had: str, later: str, given: str
) -> None:
    graded = paper(NET + OTHERS, **{earlier: had, later: given})
    (mark,) = [m for m in graded.marks if m.label == later]
    assert mark.outcome == WRONG
    assert mark.points == 0
    (follows, *_) = reasons(mark)
    assert follows.startswith(f"it follows from the answer {had} to {earlier}, but what is right ")


def test_the_nearest_answer_is_named() -> None:
    marks = paper(NET, **{"net.size1": "34x34x5", "net.size2": "17x17x5", "net.size3": "15x15x7"})
    named = {m.label: m.follows for m in marks.marks if m.given}
    assert named == {
        "net.size1": (),
        "net.size2": (("net.size1", "34x34x5"),),
        "net.size3": (("net.size2", "17x17x5"),),
    }


def test_a_chain_goes_on_behind_a_new_mistake() -> None:
    """pool1 is wrong for 34x34x5, too; conv2 is right for what was made of it."""
    answers = {"net.size1": "34x34x5", "net.size2": "16x17x5", "net.size3": "14x15x7"}
    outcomes = [m.outcome for m in paper(NET, **answers).marks if m.given]
    assert outcomes == [WRONG, WRONG, CONSEQUENTIAL]


def test_several_earlier_answers_are_used_together() -> None:
    """15,000 of 16,000 are 93.75 percent."""
    answers = {"net.fc": "15000", "net.all": "16000", "net.share": "93.75%"}
    assert outcome(NET, "net.share", **answers) == (CONSEQUENTIAL, ("net.fc", "net.all"))


def test_a_right_answer_is_right_whatever_came_before() -> None:
    answers = {"net.size1": "34x34x5", "net.size2": "16x16x5"}
    assert outcome(NET, "net.size2", **answers) == (RIGHT, ())


def test_only_wrong_answers_before_have_consequences() -> None:
    assert outcome(NET, "net.size2", **{"net.size2": "17x17x5"}) == (WRONG, ())
    later = {"net.size2": "17x17x5", "net.size1": "32x32x5"}
    assert outcome(NET, "net.size2", **later) == (WRONG, ())


def test_an_answer_is_no_consequence_of_one_behind_it() -> None:
    answers = {"net.size3": "15x15x7", "net.size2": "17x17x5"}
    assert outcome(NET, "net.size2", **answers) == (WRONG, ())


def test_what_stood_in_both_questions_chains_nothing() -> None:
    """The input of the second is the first's input, too, and only by chance its output."""
    questions = "- {id: A, window: {n: 9, f: 3, p: 1}}\n- {id: B, window: {n: 9, f: 4}}\n"
    assert outcome(questions, "B", A="7", B="4") == (WRONG, ())


def test_nothing_made_of_nothing_earns_nothing() -> None:
    """Whoever writes 0 everywhere has worked out no sum, no ratio and no share."""
    graded = paper(NET, **{f"net.{key}": "0" for key in ("fc", "all", "share")})
    assert [m.outcome for m in graded.marks if m.given] == [WRONG] * 3
    assert graded.points == 0


def test_entries_of_a_list_follow_from_those_before() -> None:
    """Fields 6, 7, 11: the pool taken for 3 wide gives 8, and 8 + 2*2 = 12 behind it."""
    listed = NET.replace(
        "find: output, layer: conv1", "find: receptive_field, layer: [conv1, pool1, conv2]"
    )
    graded = paper(listed, **{"net.size1": "6, 8, 12"})
    mark = graded.marks[0]
    assert mark.outcome == WRONG
    assert "entry 3 follows from entry 2" in mark.remarks
    assert mark.points == Fraction(2, 3)  # the first, and the third for its consequence


POLICY = """
- id: q
  input: 29x29x1
  layers: [{conv: {filters: 1, kernel: 6}, as: one}, {conv: {filters: 1, kernel: 3}, as: two}]
  ask: {A: {find: output, layer: one}, B: {find: output, layer: two, points: 4}}
"""
ANSWERS = {("q", "A"): "23x23x1", ("q", "B"): "21x21x1"}


@pytest.mark.parametrize(
    ("credit", "points"),
    [
        ("", 4),
        ("credit: {consequential: 1/2}\n", 2),
        ("credit: {consequential: 0}\n", 0),
    ],
)
def test_points_are_a_setting_of_the_sheet(credit: str, points: int) -> None:
    sheet = solve(read_sheet(Source("here", f"sheet: 1\n{credit}questions:\n{POLICY}")))
    mark = grade(sheet, [Paper("Ann", ANSWERS)]).papers[0].marks[1]
    assert mark.outcome == CONSEQUENTIAL
    assert mark.points == points


def test_message_says_from_which_answer() -> None:
    mark = grade(solved(POLICY), [Paper("Ann", ANSWERS)]).papers[0].marks[1]
    assert list(reasons(mark)) == ["consequential error: follows from the answer 23x23x1 to q.A"]


@pytest.mark.parametrize("format_", ["text", "markdown", "latex", "csv", "json", "html"])
def test_every_format_tells_consequences(format_: str) -> None:
    graded = grade(solved(POLICY), [Paper("Ann", ANSWERS)])
    printed = print_marks(graded, format_, 200)
    assert "consequential" in printed
    if format_ == "json":
        _, mark = json.loads(printed)["papers"][0]["answers"]
        assert mark["follows"] == [{"answer": "q.A", "given": "23x23x1"}]
    else:
        assert "follows from the answer 23x23x1 to q.A" in printed


def test_consequences_are_no_mistakes_of_the_class() -> None:
    graded = grade(solved(POLICY), [Paper("Ann", ANSWERS)])
    assert [f.name for f in graded.frequencies] == ["the +1 dropped"]
    assert not graded.is_right
