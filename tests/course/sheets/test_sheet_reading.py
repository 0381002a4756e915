"""Sheets: what can be asked, and every fault at its place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cnnanalyze.course.sheets.sheet import Credit, find_sheet
from cnnanalyze.course.sheets.sheet_reading import load_sheet, read_sheet
from cnnanalyze.course.sheets.solve import solve
from cnnanalyze.errors import CnnError, Source, UsageError
from tests.course.marking import one, solved

FAULTS = (
    ("windw: {n: 6, f: 3}", "a question has no 'windw'", "did you mean 'window'?"),
    ("window: {n: 6, f: 3, q: 2}", "'window' has no 'q'", "it takes input, kernel"),
    ("window: {n: 6}", "'window' needs 'kernel'", ""),
    ("window: {n: 6, f: 0}", "'kernel' of 'window' must be a whole number of at least 1", "not 0"),
    ("window: {n: 6, f: 3}, find: outptu", "'window' has no quantity 'outptu'", "'output'?"),
    ("training: {samples: 5}", "'training' needs 'find': what is asked for", ""),
    ("window: {n: 6, f: 3}, find: output, ask: {a: output}", "either 'ask' or 'find'", ""),
    ("window: {n: 6, f: 3}, ask: {}", "'ask' of a question must not be empty", ""),
    ("window: {n: 6, f: 3}, ask: [a]", "'ask' of a question must be a mapping, not ['a']", ""),
    ("window: {n: 6, f: 3}, ask: {x: {ratio: [u, v]}}", "there is no answer 'u' before", ""),
    ("window: {n: 6, f: 3}, ask: {a: output, x: {ratio: [a]}}", "'ratio' takes a list of two", ""),
    ("window: {n: 6, f: 3}, softmax: {logits: [1]}", "is about 'window' and 'softmax' at once", ""),
    (
        "window: {n: 6, f: 3}, points: many",
        "'points' of a question must be",
        "",
    ),
    (
        "window: {n: 6, f: 3}, points: -1",
        "'points' of a question must be",
        "",
    ),
    ("window: {n: 6, f: 3}, notation: nq", "'notation' of a question must be one of plain", ""),
    ("softmax: {logits: [a]}", "'logits' of 'softmax' must hold numbers, not 'a'", ""),
    ("convolution: {image: [[1], [1, 2]], kernel: emboss}", "must have rows of equal length", ""),
    ("convolution: {image: [[1]], kernel: sobel-z}", "names no filter: 'sobel-z'", "did you mean"),
    ("text: hello", "nothing says what 'answer' is about", ""),
    ("spec: 5, find: macs", "'spec' must name a spec, not 5", ""),
    ("spec: 'zoo:vgg61', find: macs", "the zoo has no 'vgg61'", "did you mean"),
    ("spec: 'zoo:vgg16', layer: fc9, find: macs", "VGG-16 has no layer 'fc9'", ""),
    ("spec: 'zoo:vgg16', over: nothing, find: macs", "no layer of VGG-16 is called or is", ""),
    ("spec: 'zoo:vgg16', find: makks", "'VGG-16' has no quantity 'makks'", "did you mean 'macs'?"),
    ("spec: 'zoo:vgg16', classes: 0, find: macs", "'classes' must be a whole number", ""),
    ("spec: 'zoo:vgg16', trains: fc9, find: trainable", "VGG-16 has no layer 'fc9'", ""),
    ("spec: 'missing.yaml', find: macs", "there is no file", "missing.yaml"),
    ("layers: [{conv: 5}], find: macs", "the network of a question needs 'input' or 'inputs'", ""),
    ("input: 8x8x1, layers: [{covn: 5}], find: macs", "unknown layer kind or block 'covn'", ""),
    ("window: {n: 3, f: 7}", "kernel extent 7 does not fit into size 3: 7 > 3", ""),
    ("window: {n: 7, f: 3, s: 2}, find: keeping_padding", "no padding keeps the size", ""),
    ("window: {n: 7, f: 3, p: [1, 2]}", "a window has one axis", ""),
    ("softmax: {logits: [9999]}", "the exponential of 9999 is out of bounds", ""),
    ("cross_entropy: {classes: 3, prediction: [1], label: [1]}", "has either 'classes' or", ""),
    ("cross_entropy: {label: [1]}", "either 'prediction' and", ""),
    ("cross_entropy: {prediction: [1], label: [1, 0]}", "but the label 2: 1 ≠ 2", ""),
    (
        "cross_entropy: {prediction: [0.2, 0.8], label: [1]}",
        "holds 2 numbers, but the label 1: 2 ≠ 1",
        "",
    ),
    (
        "cross_entropy: {prediction: [0.2, 0.8], label: 1}",
        "not 1: class 1 is [0, 1] counted from 0, as PyTorch and Keras do, and [1, 0] counted from",
        "",
    ),
    (
        "cross_entropy: {prediction: [0.2, 0.8], label: 7}",
        "not 7: one number for each class, such as [1, 0]",
        "",
    ),
    ("cross_entropy: {prediction: [0, 1], label: [1, 0]}", "a probability of 0", ""),
    ("batch_norm: {values: [2, 2]}", "all values are equal and epsilon is 0", ""),
    ("convolution: {image: [[1]], kernel: [[[1]], [[2]]]}", "a kernel of 2 planes cannot", ""),
    ("pooling: {image: [[1, 2], [3, 4]], at: [3, 1]}", "there is no row 3, column 1", ""),
    ("window: 5", "'window' of a question must be a mapping, not 5", ""),
    (
        "window: {n: 6, f: 3}, tolerance: 2",
        "'tolerance' of a question must be",
        "",
    ),
    (
        "window: {n: 6, f: 3}, tolerance: 100 %",
        "'tolerance' of a question must be",
        "",
    ),
    ("window: {n: 6, f: 3}, decimals: 13", "must be a whole number from 0 to 12, not 13", ""),
    ("window: {n: 6, f: 3}, units: Kib", "there is no unit 'Kib'", "did you mean 'KiB'?"),
    ("window: {n: 6, f: 3}, units: KiB", "'answer' has no unit, so it cannot be given in KiB", ""),
    (
        "window: {n: 6, f: 3}, per_entry: 3",
        "'per_entry' of a question must be",
        "",
    ),
    ("window: {n: 6, f: 3}, units: M, ask: {a: output}", "'M' does not suit every answer", ""),
)
"""Questions with one fault each, and what is said of it."""

DROPPED = (
    ("spec: 'zoo:vgg16', input: 320x320x3, find: macs", "input", "beside 'spec'"),
    ("spec: 'zoo:vgg16', layers: [gap], find: macs", "layers", "beside 'spec'"),
    ("spec: 'zoo:vgg16', ask: {a: {find: macs, input: 3x3x3}}", "input", "beside 'spec'"),
    ("spec: 'zoo:vgg16', layer: fc1, over: conv, find: macs", "over", "not both"),
    ("spec: 'zoo:vgg16', layer: fc1, find: N", "layer", "by any answer of question 'A'"),
    ("spec: 'zoo:vgg16', trains: fc3, find: macs", "trains", "by any answer of question 'A'"),
    ("spec: 'zoo:vgg16', ask: {a: {find: M, over: conv}}", "over", "does not affect 'M'"),
    ("spec: 'zoo:vgg16', layer: fc1, ask: {a: {find: macs, layer: fc2}}", "layer", "by any answer"),
    ("window: {n: 7, input: 9, f: 3}", "input", "'input' and 'n' of 'window' are the same"),
    ("window: {k: 7, n: 9, f: 3}", "f", "'f' and 'k' of 'window' are the same"),
    ("window: {n: 9, f: 3, p: 1, total_padding: 3}", "total_padding", "either 'padding' or"),
    ("window: {n: 9, f: 3, total_padding: 3, padding: 1}", "padding", "either 'padding' or"),
    ("window: {n: 9, f: 3, output: 5}", "output", "by any answer of the question"),
    ("window: {n: 9, f: 3}, ask: {a: {find: output, output: 5}}", "output", "does not affect"),
    ("window: {n: 9, f: 3, p: 1}, find: keeping_padding", "p", "by any answer of the question"),
    ("window: {n: 9, f: 3, s: 2}, ask: {a: {find: output, s: 1}}", "s", "by any answer"),
    ("activation: {function: relu, values: [1], slope: 2}", "slope", "by any answer"),
    ("training: {samples: 9, optimizer: adam}, find: iterations", "optimizer", "by any answer"),
    ("batch_norm: {values: [1, 2], gamma: 3}, find: mean", "gamma", "by any answer"),
    (
        "window: {n: 9, f: 3}, points: 3, ask: {a: {find: output, points: 2}}",
        "2",
        "'points', which",
    ),
    (
        "window: {n: 9, f: 3}, ask: {b: output, a: {sum: [b], find: output}}",
        "find",
        "a sum has no 'find'",
    ),
    (
        "window: {n: 9, f: 3}, ask: {b: output, a: {sum: [b], decimal: 2}}",
        "decimal",
        (
            "a sum has no 'decimal'; it takes points, text, notation, tolerance, decimals, units, "
            "per_entry, sum; did you mean 'decimals'?"
        ),
    ),
    (
        "spec: 'zoo:vgg16', ask: {a: {find: macs, layr: fc1}}",
        "layr",
        (
            "an answer about a network has no 'layr'; it takes find, points, text, notation, "
            "tolerance, decimals, units, per_entry, spec, set, layer, over, classes, trains, "
            "gradient, label, input, inputs, layers, blocks, params, defaults, train, outputs; "
            "did you mean 'layer'?"
        ),
    ),
    ("window: {n: 9, f: 3}, ask: {a: {spec: x, softmax: {logits: [1]}}}", "{", "at once"),
)
"""Questions with a key that would be dropped, the word at the caret, and what is said of it."""


@pytest.mark.parametrize(("question", "word", "message"), DROPPED)
def test_no_key_is_read_and_dropped(question: str, word: str, message: str) -> None:
    with pytest.raises(CnnError) as caught:
        solved(f"- {{id: A, {question}}}")
    fault = caught.value.faults[0]
    assert message in fault.message
    assert fault.mark is not None
    line = fault.mark.source.lines[fault.mark.line - 1]
    assert line[fault.mark.column - 1 :].startswith(word)


def test_answer_replaces_what_its_question_says_in_another_way() -> None:
    found = solved(
        "- {id: A, window: {n: 29, f: 5, total_padding: 4}, "
        "ask: {a: output, b: {find: output, p: 1}}}"
    )["A"]
    assert [a.solution.value for a in found.answers.values()] == [29, 27]


def test_question_that_is_called_like_an_answer_is_refused() -> None:
    with pytest.raises(CnnError, match=r"'A\.1' is the answer '1' of question 'A', and also a"):
        solved(
            "- {id: A.1, window: {n: 6, f: 3}}\n- {id: A, window: {n: 6, f: 3}, ask: {1: output}}"
        )


def test_units_and_decimals_are_those_of_the_sheet_or_of_the_answer() -> None:
    text = (
        "sheet: 1\nunits: KiB\ndecimals: 3\ntolerance: 5 %\nquestions:\n"
        "- id: A\n  input: 8x8x3\n  layers: [{dense: 7, as: fc}]\n  ask:\n"
        "    a: weight_memory\n    b: {find: weight_memory, units: B}\n    c: parameters\n"
        "    d: {find: parameters, units: K, tolerance: 0.1}\n    e: {ratio: [a, c], decimals: 1}\n"
    )
    found = solve(read_sheet(Source("here", text)))["A"].answers
    assert [a.answer_text for a in found.values()] == [
        "5.277 KiB",
        "5,404 B",
        "1,351",
        "1.351 K",
        "4",
    ]
    assert [a.terms.is_of_counts for a in found.values()] == [False, False, False, True, False]


@pytest.mark.parametrize(("question", "message", "more"), FAULTS)
def test_fault_is_said_at_its_place(question: str, message: str, more: str) -> None:
    with pytest.raises(CnnError) as caught:
        solved(f"- {{id: A, {question}}}")
    (fault,) = caught.value.faults
    assert message in fault.message
    assert more in fault.message
    assert fault.mark is not None
    assert fault.mark.line == 4
    assert "^" in str(fault)


def test_all_faults_come_in_one_run() -> None:
    with pytest.raises(CnnError) as caught:
        solved("- {id: A, windw: 1}\n- 5\n- {id: B, window: {n: 3, f: 2}}\n- {id: B, window: 5}\n")
    assert [f.mark.line for f in caught.value.faults if f.mark] == [4, 5, 7]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "here is empty"),
        ("cnn: 1", "this is the spec of a network, not a sheet"),
        ("- a", "a sheet must be a mapping with 'sheet' and 'questions'"),
        (
            "sheet: 2\nquestions: [{window: {n: 3, f: 3}}]",
            "'sheet' of a sheet must be 1, the version",
        ),
        ("questions: [{window: {n: 3, f: 3}}]", "a sheet needs 'sheet'"),
        ("sheet: 1", "a sheet needs 'questions'"),
        ("sheet: 1\nquestion: []\nquestions: [{window: {n: 3, f: 3}}]", "has no 'question'"),
        (
            "sheet: 1\ncredit: 2\nquestions: [{window: {n: 3, f: 3}}]",
            "'credit' of a sheet must be",
        ),
    ],
)
def test_what_is_no_sheet_is_refused(text: str, message: str) -> None:
    with pytest.raises(CnnError) as caught:
        read_sheet(Source("here", text))
    assert message in str(caught.value)


def test_header_is_read() -> None:
    text = "{sheet: 1, title: T, about: A, credit: {one_slip: 1/3, two_slips: 0.25}, "
    sheet = read_sheet(Source("here", f"{text} questions: [{{window: {{n: 3, f: 3}}}}]}}"))
    assert (sheet.title, sheet.about) == ("T", "A")
    assert sheet.credit == Credit(Fraction(1, 3), Fraction(1, 4))
    assert sheet.points == 1


def test_sheets_come_along() -> None:
    assert find_sheet("zoo:lectures").name == "lectures.sheet"
    with pytest.raises(UsageError, match=r"there is no sheet 'lecture'; did you mean 'lectures'\?"):
        find_sheet("zoo:lecture")


def test_specs_lie_beside_the_sheet(tmp_path: Path) -> None:
    spec = "cnn: 1\ninput: 8x8x1\nlayers: [{conv: {filters: 3, kernel: 5}}]\n"
    (tmp_path / "mine.yaml").write_text(spec, encoding="utf-8")
    sheet = tmp_path / "mine.sheet"
    text = "sheet: 1\nquestions: [{id: A, spec: mine.yaml, find: parameters}]\n"
    sheet.write_text(text, encoding="utf-8")
    assert solve(load_sheet(sheet))["A"].answers["answer"].solution.value == 78


def test_answer_changes_what_it_names_and_nothing_else() -> None:
    found = solved(
        "- {id: A, window: {n: 29, f: 5, s: 2}, ask: {a: output, b: {find: output, p: 3}, "
        "c: {find: output, window: {d: 3}}, d: {softmax: {logits: [0, 0]}}}}"
    )["A"]
    values = {name: a.solution.value for name, a in found.answers.items()}
    assert values == {"a": 13, "b": 16, "c": 9, "d": (Fraction(1, 2), Fraction(1, 2))}


def test_points_are_shared_among_the_answers() -> None:
    sheet = solved(
        "- {id: A, points: 2, window: {n: 9, f: 3}, ask: {a: output, b: fits, c: unread}}\n"
        "- {id: B, window: {n: 9, f: 3}, ask: {a: {find: output, points: 5}, b: fits}}\n"
    ).sheet
    assert [a.points for a in sheet.questions[0].requests] == [Fraction(2, 3)] * 3
    assert [a.points for a in sheet.questions[1].requests] == [5, 1]
    assert sheet.points == 8


def test_networks_under_settings_and_with_another_head() -> None:
    found = solved(
        "- id: A\n  spec: zoo:mobilenet_v1\n  ask:\n"
        "    half: {find: parameters, set: {width: 0.5}}\n"
        "    head: {find: parameters, classes: 10, layer: fc}\n"
        "    frozen: {find: trainable, trains: '*/pw'}\n"
    )["A"]
    values = {name: a.solution.value for name, a in found.answers.items()}
    # Howard et al. 2017, table 6: 1.3 million at half the width; 1024·10 + 10; the pointwise.
    assert round(values["half"] / 100_000) == 13
    assert values["head"] == 10_250
    assert values["frozen"] == 3_139_584


def test_smallest_input_is_the_smallest() -> None:
    from cnnanalyze.layers.window import slide

    question = "window: {f: 5, s: 3, p: 2, output: 7}, find: smallest_input"
    value = solved(f"- {{id: A, {question}}}")["A"].answers["answer"].solution.value
    assert slide(value, 5, 3, 1, (2, 2)).output == 7
    assert slide(value - 1, 5, 3, 1, (2, 2)).output == 6
    assert one(question, value).outcome == "right"


def test_smallest_input_is_asked_without_an_input() -> None:
    """What is to be found was demanded, printed as given, and had no bearing."""
    with pytest.raises(CnnError, match="'n' is not read by any answer of the question"):
        solved("- {id: A, window: {f: 5, s: 3, n: 9, output: 7}, find: smallest_input}")
    with pytest.raises(CnnError, match="'window' needs 'input'"):
        solved("- {id: A, window: {f: 5, s: 3}}")


def test_answer_may_stand_twice_in_a_combination() -> None:
    """The sum of one answer and itself was the answer, and its ratio a crash."""
    requests = "a: output, s: {sum: [a, a]}, r: {ratio: [a, a]}, q: {product: [a, a]}"
    question = f"window: {{n: 9, f: 3}}, ask: {{{requests}}}"
    found = solved(f"- {{id: A, {question}}}")["A"].answers
    assert [found[name].solution.value for name in "srq"] == [14, 1, 49]


def test_bounds_of_a_data_set_that_contradict_are_refused() -> None:
    with pytest.raises(
        CnnError, match="cannot be tiny below 50 and large above 10 labels: 50 > 10"
    ):
        solved("- {id: A, transfer: {labels_per_class: 20, tiny_below: 50, large_above: 10}}")


def test_regime_may_be_called_a_data_set() -> None:
    question = "transfer: {labels_per_class: 20, tiny_below: 5, large_above: 50}"
    assert (
        one(question, "small data set").outcome == one(question, "small dataset").outcome == "right"
    )
    assert one(question, "large data set").outcome == "wrong"


def test_activations_agree_with_the_mathematics_of_python() -> None:
    from math import exp, tanh

    found = solved(
        "- {id: A, activation: {function: sigmoid, values: [-2, 0.5]}}\n"
        "- {id: B, activation: {function: tanh, values: [-2, 0.5]}}\n"
        "- {id: C, activation: {function: leaky_relu, values: [-2, 0.5]}}\n"
        "- {id: D, activation: {function: relu6, values: [-2, 0.5, 9]}}\n"
        "- {id: E, activation: {function: elu, values: [-2, 0.5]}}\n"
        "- {id: F, weight_decay: {weights: [3, -4], rate: 0.1, samples: 5}}\n"
    )
    values = {q.question.id: q.answers["answer"].solution.value for q in found.questions}
    sigmoids = [1 / (1 + exp(2)), 1 / (1 + exp(-0.5))]
    assert [float(v) for v in values["A"]] == pytest.approx(sigmoids)
    assert [float(v) for v in values["B"]] == pytest.approx([tanh(-2), tanh(0.5)])
    assert values["C"] == (Fraction(-1, 5), Fraction(1, 2))
    assert values["D"] == (0, Fraction(1, 2), 6)
    assert [float(v) for v in values["E"]] == pytest.approx([exp(-2) - 1, 0.5])
    assert values["F"] == Fraction(1, 4)


def test_convolution_agrees_with_numpy() -> None:
    import numpy as np

    image = [[(3 * r * r + 5 * c + r * c) % 11 for c in range(7)] for r in range(5)]
    kernel = [[1, -2, 3], [0, 4, -1]]
    found = solved(
        f"- {{id: A, convolution: {{image: {image}, kernel: {kernel}, stride: 2, padding: 1}}}}\n"
        f"- {{id: B, convolution: {{image: {image}, kernel: {kernel}, flip: true}}}}\n"
    )
    padded, weights = np.pad(np.array(image), 1), np.array(kernel)
    view = np.lib.stride_tricks.sliding_window_view
    strided = np.einsum("rcij,ij->rc", view(padded, (2, 3))[::2, ::2], weights)
    turned = np.einsum("rcij,ij->rc", view(np.array(image), (2, 3)), weights[::-1, ::-1])
    for id_, expected in (("A", strided), ("B", turned)):
        value = found[id_].answers["answer"].solution.value
        assert np.array_equal(np.array(value), expected)


def test_planes_are_added_up() -> None:
    import numpy as np

    rng = np.random.default_rng(7)
    image, kernel = rng.integers(-9, 9, (3, 6, 5)), rng.integers(-3, 4, (3, 3, 2))
    text = f"- {{id: A, convolution: {{image: {image.tolist()}, kernel: {kernel.tolist()}}}}}"
    value = solved(text)["A"].answers["answer"].solution.value
    view = np.lib.stride_tricks.sliding_window_view(image, (3, 2), axis=(1, 2))
    assert np.array_equal(np.array(value), np.einsum("prcij,pij->rc", view, kernel))


def test_dense_and_separable_answer_what_they_ask() -> None:
    found = solved(
        "- {id: A, spec: 'zoo:lecture_001_lenet', layer: conv1, ask: {n: dense, r: dense_ratio}}\n"
        "- {id: B, spec: 'zoo:lecture_003_separable', layer: regular, "
        "ask: {n: separable, r: separable_ratio}}\n"
    )
    values = {
        q.question.id: [a.solution.value for a in q.answers.values()] for q in found.questions
    }
    # Lecture 000, L575: some 14 million against 456; lecture 003, L625-627: 10,793,196 and 7.9.
    assert values["A"] == [4704 * 3072 + 4704, Fraction(14_455_392, 456)]
    assert values["B"] == [10_793_196, Fraction(85_162_752, 10_793_196)]
    words = [a.solution.explanations[0].question for a in found["A"].answers.values()]
    assert words == [
        "How many parameters would a dense layer need in place of conv1?",
        "How many times as many parameters would a dense layer need as conv1?",
    ]


def test_a_number_that_is_called_as_a_topic_can_be_another_in_an_answer() -> None:
    text = (
        "{sheet: 1, questions: [{id: q, update: {weights: [2], gradients: [3], rate: 1}, ask: "
        "{plain: weights, decay: {find: weights, weight_decay: 0.5}, "
        "penalty: {weight_decay: {weights: [2], rate: 1}}}}]}"
    )
    found = solve(read_sheet(Source("here", text)))["q"].answers
    assert [a.solution.value for a in found.values()] == [(-1,), (-2,), 2]
