"""Files of facts that cannot be understood, and questions without an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.course.lectures.facts import Lecture, read_lecture
from cnnanalyze.course.lectures.recompute import recompute_lecture
from cnnanalyze.errors import SpecError
from tests.course.lectures.lectures import FOLDER

HEAD = 'lecture: 1\nid: "7"\nname: mine\nfacts:\n'
FACT = "id: a, lines: 3, topic: size, says: mine"
CONV = "input: 7x5x1, layers: [{conv: {filters: 3, kernel: 3}}]"


def lecture(folder: Path, text: str) -> Lecture:
    path = folder / "7.facts"
    path.write_text(text, encoding="utf-8")
    return read_lecture(path)


def test_a_fact_is_read_and_computed(tmp_path: Path) -> None:
    text = f"{HEAD}  - {{{FACT}, ask: {{{CONV}, quantity: output}}, printed: 5x3x3}}\n"
    found = recompute_lecture(lecture(tmp_path, text))
    assert [(r.fact.id, str(r.computed), r.outcome) for r in found.rows] == [
        ("7-a", "5x3x3", "holds")
    ]
    assert found.is_fine


FAULTS = {
    "[1]": "a file of facts must be a mapping with 'lecture', 'id' and 'facts', not [1]",
    'id: "7"\nfacts: []\n': "a file of facts needs 'lecture'",
    "lecture: 2\nid: x\nfacts: []\n": (
        "'lecture' of a file of facts must be 1, the version that this tool reads, not 2"
    ),
    "lecture: 1\nfacts: []\n": "a file of facts needs 'id'",
    'lecture: 1\nid: "7"\n': "a file of facts needs 'facts'",
    f"{HEAD}  - 5\n": "a fact must be a mapping with 'id', 'lines', 'topic' and 'says', not 5",
    f"{HEAD}  - {{{FACT}, asks: {{}}, unchecked: no}}\n": (
        "a fact has no 'asks'; it takes id, lines, topic, says, ask, at, printed, verdict, cause, "
        "reason, right, slip, unchecked, note, within; did you mean 'ask'?"
    ),
    f"{HEAD}  - {{id: a, lines: 3, topic: size, unchecked: no number}}\n": "a fact needs 'says'",
    f"{HEAD}  - {{{FACT}}}\n": "a fact needs 'ask' or 'unchecked'",
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 3, unchecked: no number}}\n": (
        "a fact has either 'ask' or 'unchecked', not both"
    ),
    f"{HEAD}  - {{{FACT}, ask: 5, printed: 3}}\n": "'ask' of a fact must be a mapping, not 5",
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}}}\n": (
        "a fact that is recomputed needs what is 'printed'"
    ),
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 3, verdict: wrnog, cause: error}}\n": (
        "'verdict' of a fact must be one of holds, wrong, not 'wrnog'; did you mean 'wrong'?"
    ),
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 4, verdict: wrong, cause: error}}\n": (
        "a fact that is wrong needs its 'cause', its 'reason' and what is 'right'"
    ),
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 4, at: [0]}}\n": (
        "'at' of a fact must be a row and a column, counted from 1, not [0]"
    ),
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 4, within: 3}}\n": (
        "'within' of a fact must be a share such as 0.01, not 3"
    ),
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 4, verdict: wrong, cause: error, "
    "reason: so, right: 3, slip: {words: so}}\n": ("a slip needs 'ask'"),
    f"{HEAD}  - {{{FACT}, ask: {{sum: [3]}}, printed: 3, right: 3}}\n": (
        "'right' is not read where the fact holds"
    ),
    f"{HEAD}  - {{{FACT}, unchecked: no number, at: [1, 1]}}\n": (
        "'at' is not read where nothing is checked"
    ),
    f"{HEAD}  - {{{FACT}, unchecked: no number, note: [1]}}\n": (
        "'note' of a fact must be a text, not [1]"
    ),
    f"{HEAD}  - {{{FACT}, unchecked: no}}\n  - {{{FACT}, unchecked: no}}\n": (
        "'7-a' is a duplicate; first in line 5"
    ),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_faulty_file_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        lecture(tmp_path, text)
    assert refused.value.message == FAULTS[text]
    assert refused.value.faults[0].mark is not None


UNANSWERED = {
    f"{CONV}, quantity: outptu": "there is no quantity 'outptu'; did you mean 'output'?",
    CONV: "the question names no 'quantity'",
    f"{CONV}, quantitty: output": (
        "a question has no 'quantitty'; it takes spec, set, input, params, defaults, blocks, "
        "layers, outputs, train, flip, layer, quantity, each, find, where; did you mean "
        "'quantity'?"
    ),
    f"{CONV}, quantity: values": "the input gives no values: write 'input: {values: [...]}'",
    "spec: no_such_net, quantity: parameters": (
        "there is no spec 'no_such_net', neither beside the file nor in the zoo"
    ),
    "filter: verticle-edge": (
        "'filter' of a question must be the name of a filter, not 'verticle-edge'; did you mean "
        "'vertical-edge'?"
    ),
    "board: 5": "'board' must be a mapping with 'table' and 'row', not 5",
    "board: {table: mine, row: 3}": (
        "there is no table 'mine', neither beside the file nor in the zoo"
    ),
    "board: {table: leaderboard_003, row: 99}": "'leaderboard_003' has no row 99",
    "loss_terms: 5": "'loss_terms' must be a mapping with 'prediction' and 'label', not 5",
    "loss_terms: {label: [1]}": "'loss_terms' needs 'prediction'",
    "spec: lecture_000_lenet, set: {size: 3}, quantity: size": (
        f"{FOLDER.parent}/lecture_000_lenet.yaml has no parameter 'size'; it has no parameters"
    ),
    "sum: 5": "'sum' of a question must be a list of numbers or questions, not 5",
    "same: [5]": "'same' of a question must be a list of questions, each a mapping, not [5]",
    "same: 5": "'same' of a question must be a list of questions, each a mapping, not 5",
    "sum: [3], more: 2": "a question has no 'more'; it takes sum",
    f"{CONV}, each: 5, quantity: size": (
        "'each' of a question must be one parameter and its values, not 5"
    ),
    f"{CONV}, each: {{n: 5}}, quantity: size": (
        "'each' of a question must be one parameter and its values, not a mapping"
    ),
    "window: {kernel: 3}, quantity: output": "'window' needs 'input'",
    "window: {n: 9, input: 9, kernel: 3}": (
        "'input' and 'n' of 'window' are the same: give one of them"
    ),
    "window: {n: 9, f: 3, output: 3}": "'output' does not affect 'output' here",
    "spec: lecture_000_lenet, input: 7x7x3, quantity: parameters": (
        "'input' is not read beside 'spec', which brings its own"
    ),
    "spec: lecture_000_lenet, flip: true, quantity: parameters": (
        "'flip' is not read beside 'spec', which brings its own"
    ),
    "spec: lecture_000_lenet, set: 5, quantity: parameters": (
        "'set' of a question must be a mapping, not 5"
    ),
    "spec: lecture_000_lenet, layer: conv9, quantity: size": (
        "LeNet-5 of lecture 000 has no layer 'conv9'; did you mean 'conv2'?"
    ),
    "spec: lecture_000_lenet, layer: conv9, quantity: kinds": (
        "LeNet-5 of lecture 000 has no layer 'conv9'; did you mean 'conv2'?"
    ),
    "spec: lecture_000_lenet, layer: pool1, quantity: kernel_shape": (
        "'pool1', a maxpool, has no kernel"
    ),
    "spec: lecture_000_lenet, layer: fc3, quantity: stride": "'fc3', a dense, has no stride",
    f"{CONV}, where: 3, quantity: size": (
        "'find' looks for values 'where' the answer is the wanted one: give both"
    ),
    f"{CONV}, each: {{n: [5]}}, find: {{n: [5]}}, quantity: size": (
        "a question has either 'each' or 'find', not both"
    ),
    "ratio: [1, 2, 3]": (
        "'ratio' of a question must be a list of two numbers or questions, not of 3"
    ),
    "ratio: [1, 0]": "the second number of a 'ratio' must not be 0",
    "sum: [a]": "a number is needed here, and 'a' is none",
    "same: []": "'same' of a question must be a list of two questions or more",
    "falling: [1, a]": "'falling' of a question must be a list of numbers, not [1, 'a']",
    "board: {table: leaderboard_003, row: 1, rw: 2}": (
        "'board' has no 'rw'; it takes table, row; did you mean 'row'?"
    ),
    "quantity: output": ("the question needs a 'spec', or a list of 'layers' with their 'input'"),
    "window: {input: 9, kernel: 3}, quantity: outptu": (
        "there is no quantity 'outptu'; did you mean 'output'?"
    ),
    "input: 3x3x1, layers: [{conv: {filters: 1, kernel: 5}}], quantity: size": (
        "conv1: kernel extent 5 does not fit into height 3: 5 > 3"
    ),
}


@pytest.mark.parametrize("ask", UNANSWERED)
def test_a_question_without_an_answer_is_refused(ask: str, tmp_path: Path) -> None:
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {{{ask}}}, printed: 5}}\n")
    with pytest.raises(SpecError) as refused:
        recompute_lecture(known)
    assert refused.value.message == UNANSWERED[ask]
    mark = refused.value.faults[0].mark
    assert mark is not None
    assert (Path(mark.source.name).name, mark.line) == ("7.facts", 5)


def test_a_place_that_the_answer_does_not_have(tmp_path: Path) -> None:
    ask = "{input: {values: [[1, 2]]}, layers: [relu], quantity: values}"
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {ask}, at: [2, 1], printed: 5}}\n")
    with pytest.raises(SpecError) as refused:
        recompute_lecture(known)
    assert refused.value.message == "the answer has no place [2, 1]"


@pytest.mark.parametrize(
    ("printed", "outcome"),
    [
        ("7/2", "fails"),
        ("'3.0'", "holds"),
        ("2.96", "fails"),
        ("{output: 3, nothing: 3}", "fails"),
        ("[3]", "fails"),
        ("true", "fails"),
    ],
)
def test_what_is_printed_is_of_the_kind_that_is_computed(
    printed: str, outcome: str, tmp_path: Path
) -> None:
    ask = "{window: {input: 7, kernel: 3, stride: 2}, quantity: output}"
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {ask}, printed: {printed}}}\n")
    assert recompute_lecture(known).rows[0].outcome == outcome


@pytest.mark.parametrize("printed", ["three", "1/0", "3 apples"])
def test_a_word_is_no_number(printed: str, tmp_path: Path) -> None:
    ask = "{window: {input: 7, kernel: 3, stride: 2}, quantity: output}"
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {ask}, printed: {printed}}}\n")
    with pytest.raises(SpecError) as refused:
        recompute_lecture(known)
    assert refused.value.message == (
        f"'{printed}' is not a number such as 138M, ~60M, 4.2 million or 25,557,032"
    )


def test_unknown_layer_is_refused_at_its_place(tmp_path: Path) -> None:
    ask = "{spec: vgg16, layer: nosuch, quantity: size}"
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {ask}, printed: 5}}\n")
    with pytest.raises(SpecError) as refused:
        recompute_lecture(known)
    (fault,) = refused.value.faults
    assert fault.message == "VGG-16 has no layer 'nosuch'"
    assert fault.mark is not None
    line = fault.mark.source.lines[fault.mark.line - 1]
    assert line[fault.mark.column - 1 :].startswith("nosuch")


@pytest.mark.parametrize(
    ("ask", "help_"),
    [
        (f"{CONV}, each: 5, quantity: size", "each: {size: [32, 64]}"),
        ("spec: vgg16, set: 5, quantity: size", "set: {size: 32}"),
        ("board: 5", "{table: mine, row: 3}"),
        ("loss_terms: 5", "{prediction: [0.9, 0.1], label: [1, 0]}"),
    ],
)
def test_a_question_that_is_written_otherwise_is_told_how(
    ask: str, help_: str, tmp_path: Path
) -> None:
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {{{ask}}}, printed: 5}}\n")
    with pytest.raises(SpecError) as refused:
        recompute_lecture(known)
    assert refused.value.faults[0].help == help_


def test_all_that_is_wrong_with_a_question_is_told_at_once(tmp_path: Path) -> None:
    ask = "{spec: vgg16, flip: 3, quantitty: size, layer: [a]}"
    known = lecture(tmp_path, f"{HEAD}  - {{{FACT}, ask: {ask}, printed: 5}}\n")
    with pytest.raises(SpecError) as refused:
        recompute_lecture(known)
    assert [fault.message.partition(";")[0] for fault in refused.value.faults] == [
        "'flip' of a question must be true or false, not 3",
        "a question has no 'quantitty'",
        "'layer' of a question must name one layer, not ['a']",
    ]
