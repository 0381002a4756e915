"""The data of questions stands in every format, in a solved and in an unsolved sheet."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from cnnanalyze.cli import run as run_command
from cnnanalyze.course.sheets.question_data import question_data
from tests.course.grading.test_round_trip import FORMATS, SHEETS, worked
from tests.course.marking import print_sheet, solved
from tests.report.test_sheets import balanced

QUESTIONS = """
- id: A
  text: |
    What is $n_c$ of the map, at 50% of $5 and $6?
    Two lines, and

    a paragraph.
  convolution:
    image: [[131, 137, 139], [149, 151, 157], [163, 167, 173.25]]
    kernel: [[211, -223], [227, 229]]
    bias: 1/3
  ask: {all: output, one: {find: output, at: [1, 2]}}
- id: B
  input: 41x43x3
  layers:
    - {conv: {filters: 47, kernel: 3}, as: c}
    - {maxpool: 2, as: p}
    - {dense: 53, as: fc}
  ask: {shapes: {find: output, layer: [c, p, fc]}, all: {find: macs, text: How many in all?}}
- {id: C, softmax: {logits: [59, 60.5]}}
- {id: D, spec: "zoo:lecture_000_lenet", find: parameters, classes: 61}
"""
GIVEN = (
    *(
        "131",
        "157",
        "173.25",
        "211",
        "-223",
        "1/3",
        "41x43x3",
        "filters 47",
        "kernel 3",
        "units 53",
    ),
    *("59, 60.5", "LeNet-5 of lecture 000", "filters 8", "units 84", "61"),
)
ASKED = (
    *("What is the output?", "What is in row 1, column 2 of the output?", "How many in all?"),
    *("for each of", "c, p, fc"),
)


def plain(text: str, format: str) -> str:  # noqa: A002
    if format == "html":
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", text)
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    if format == "markdown":
        text = html.unescape(re.sub(r"\\(.)", r"\1", text))
    if format == "latex":
        text = text.replace("--", "-").replace("\\_", "_")
    return " ".join(text.split())


@pytest.mark.parametrize("style", [{}, {"brief": True}, {"unsolved": True}], ids=str)
@pytest.mark.parametrize("format", FORMATS)
def test_data_stands_in_every_format(format: str, style: dict[str, bool]) -> None:  # noqa: A002
    printed = plain(print_sheet(solved(QUESTIONS), format, 80, **style), format)
    words = (*GIVEN, *ASKED) if "unsolved" in style else GIVEN
    assert [w for w in words if w not in printed] == []


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("sheet", SHEETS)
def test_unsolved_sheet_asks_everything_and_answers_nothing(sheet: str, format: str) -> None:  # noqa: A002
    found = worked(sheet, "")
    printed = plain(print_sheet(found, format, 80, unsolved=True), format)
    for question in found.questions:
        assert plain(question.question.id, format) in printed
        for solved_ in question.answers.values():
            assert solved_.request.name in printed or solved_.request.name == "answer"
    assert "answer:" not in printed
    assert "⌊" not in printed
    if format == "json":
        answers = [a for q in json.loads(print_sheet(found, "json", unsolved=True))["questions"]
                   for a in q["answers"]]  # fmt: skip
        assert all(set(a) == {"name", "asked", "given", "points"} for a in answers)
        assert all(a["asked"] for a in answers)


def test_line_breaks_and_formulas_survive_in_text() -> None:
    text = print_sheet(solved(QUESTIONS), "text", 40, unsolved=True)
    assert (
        "What is $n_c$ of the map, at 50% of $5\nand $6?\nTwo lines, and\n\na paragraph.\n"
    ) in text


def test_line_breaks_and_formulas_survive_in_latex() -> None:
    text = print_sheet(solved(QUESTIONS), "latex", unsolved=True)
    assert (
        "What is $n_c$ of the map, at 50\\% of \\$5 and \\$6?\\\\{}\n"
        "Two lines, and\n\na paragraph.\n"
    ) in text
    assert balanced(text)


def test_line_breaks_and_formulas_survive_in_markdown() -> None:
    text = print_sheet(solved(QUESTIONS), "markdown", unsolved=True)
    assert "What is $n_c$ of the map, at 50% of" in text
    assert "?\\\nTwo lines, and\n\na paragraph.\n" in text


def test_formula_is_not_broken_over_lines() -> None:
    sheet = solved("- {id: A, text: 'some words before $a + b + c$', window: {n: 9, f: 3}}")
    assert "before\n$a + b + c$\n" in print_sheet(sheet, "text", 26)


def test_data_that_answers_share_is_said_once() -> None:
    sheet = solved(
        "- {id: A, window: {n: 29, f: 5}, ask: {a: output, b: {find: output, s: 3}, "
        "c: {softmax: {logits: [2]}}, d: {ratio: [a, b]}}}"
    )
    found = question_data(sheet["A"])
    assert [(g.word, g.text) for g in found.common] == [("input", "29"), ("kernel", "5")]
    own = {name: [(g.word, g.text) for g in givens] for name, givens in found.own.items()}
    assert own == {"a": [], "b": [("stride", "3")], "c": [("logits", "2")], "d": []}


def test_network_is_told_by_blocks_with_what_is_repeated_once() -> None:
    sheet = solved("- {id: A, spec: 'zoo:resnet50', find: parameters}")
    (layers,) = (g.lines for g in question_data(sheet["A"]).common if g.lines)
    assert len(layers) < 12
    assert any("5 × [conv" in line or "2 × [conv" in line for line in layers)


def test_given_weights_of_a_layer_are_told() -> None:
    sheet = solved(
        "- id: A\n  input: 4x4x1\n"
        "  layers: [{conv: {filters: 1, kernel: 2, bias: false}, weights: [[3, 5], [7, 11]]}]\n"
        "  find: output\n  layer: conv1\n"
    )
    (layers,) = (g.lines for g in question_data(sheet["A"]).common if g.lines)
    assert "kernel [[3, 5], [7, 11]]" in layers[0]


def test_unsolved_is_an_option(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "sheet.tex"
    code = run_command(
        ["solve", "zoo:first_course", "--unsolved", "-f", "latex", "-o", str(target)]
    )
    assert code == 0
    assert "vertical-edge" in target.read_text("utf-8")
    assert "280" not in target.read_text("utf-8")
    assert run_command(["solve", "zoo:first_course", "--unsolved", "--brief"]) == 2
    assert "--brief and --unsolved exclude each other" in capsys.readouterr().err
