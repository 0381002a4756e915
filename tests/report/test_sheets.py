"""Solved and graded sheets in every format."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run as run_command
from cnnanalyze.course.grading.answers import load_papers
from cnnanalyze.course.grading.grade import GradedClass, grade
from cnnanalyze.course.sheets.sheet_reading import load_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve
from cnnanalyze.errors import UsageError
from tests.course.marking import ROOT, lectures, print_marks, print_sheet, solved

ANSWERS = ROOT / "specs" / "sheets" / "first_course.csv"


@pytest.fixture(scope="module")
def first() -> SolvedSheet:
    return solve(load_sheet("zoo:first_course"))


@pytest.fixture(scope="module")
def marked(first: SolvedSheet) -> GradedClass:
    return grade(first, load_papers(ANSWERS))


def test_text_of_a_solved_sheet() -> None:
    sheet = solved("- {id: A, text: How large?, source: a book, window: {n: 6, f: 3, p: 1}}")
    assert print_sheet(sheet, "text", 80) == (
        "a test (1 question, 1 answer, 1 point)\n\n"
        "A (a book, 1 point)\n\n"
        "How large?\n\n"
        "input 6, kernel 3, padding 1\n\n"
        "6\n\n"
        "  What size is the output?\n"
        "    input 6, kernel 3, stride 1, padding 1 per side\n\n"
        "    n_out = ⌊(n + 2p - k) / s⌋ + 1\n"
        "          = ⌊(6 + 2·1 - 3) / 1⌋ + 1\n"
        "          = ⌊5/1⌋ + 1\n"
        "          = 5 + 1\n"
        "          = 6\n\n"
        "    where n = 6 size of the input; p = 1 padding per side; k = 3 kernel size;\n"
        "    s = 1 stride\n\n"
        "    Why:\n"
        "      - Only whole windows count, so the division is rounded down.\n"
    )


@pytest.mark.parametrize("width", [80, 100])
def test_text_keeps_to_the_width(first: SolvedSheet, marked: GradedClass, width: int) -> None:
    for text in (
        print_sheet(first, "text", width),
        print_marks(marked, "text", width),
    ):
        assert max(map(len, text.splitlines())) <= width


def test_brief_leaves_the_working_out(first: SolvedSheet) -> None:
    text = print_sheet(first, "text", 80, brief=True)
    assert "valid = 4\n" in text
    assert "⌊" not in text
    assert "⌊" not in print_sheet(first, "markdown", brief=True)


def test_notation_of_the_sheet_and_of_the_command(first: SolvedSheet) -> None:
    assert "n^[l]" in print_sheet(first, "text")
    other = solve(load_sheet("zoo:first_course"), "cs231n")
    text = print_sheet(other, "text")
    assert "W₂ = (W₁ - F + 2P) / S + 1" in text
    assert "n^[l]" not in text


def test_cs231n_writes_the_width_first() -> None:
    question = "input: 9x7x1, layers: [{conv: {filters: 2, kernel: 3}, as: c}], layer: c"
    sheet = solved(f"- {{id: A, notation: cs231n, {question}, find: output}}")
    assert sheet["A"].answers["answer"].answer_text == "5x7x2"
    assert sheet["A"].answers["answer"].solution.value == (7, 5, 2)


def test_json_holds_everything(first: SolvedSheet, marked: GradedClass) -> None:
    data = json.loads(print_sheet(first, "json"))
    assert data["schema"] == 1
    answers = {a["name"]: a for a in data["questions"][0]["answers"]}
    assert answers["valid"]["value"] == 4
    assert answers["valid"]["worked"][0]["steps"][0]["value"] == 4
    data = json.loads(print_marks(marked, "json"))
    ben = data["papers"][1]
    marks = {(m["question"], m["name"]): m for m in ben["answers"]}
    mistake = marks["filters", "parameters"]["mistakes"][0]
    assert mistake["names"] == ["bias forgotten"]
    assert mistake["step"] == [
        "conv, parameters: 3·3·3·10 + 0 = 270",
        "instead of 3·3·3·10 + 10 = 280",
    ]
    assert data["mistakes"][0]["name"] == "the +1 dropped"


def test_csv_has_a_line_for_each_answer_and_no_formulas(first: SolvedSheet) -> None:
    from cnnanalyze.course.grading.answers import Paper

    paper = Paper("=Eve", {("sizes.valid", ""): "=HYPERLINK(1)", ("softmax.loss", ""): "-0.4077"})
    rows = list(csv.DictReader(StringIO(print_marks(grade(first, [paper]), "csv"))))
    assert len(rows) == 15
    assert {r["student"] for r in rows} == {"'=Eve"}
    assert rows[0]["given"] == "'=HYPERLINK(1)"
    assert rows[0]["outcome"] == "unreadable"
    loss = next(r for r in rows if r["answer"] == "loss")
    assert (loss["given"], loss["mistake"]) == ("-0.4077", "opposite sign")


def test_graded_text(marked: GradedClass) -> None:
    text = print_marks(marked, "text", 80)
    assert "Ada: 16 of 16 points (15 right)" in text
    assert (
        "✗ filters.parameters   270 (right: 280)\n"
        "                       forgot the biases\n"
        "                       conv, parameters: 3·3·3·10 + 0 = 270\n"
        "                       instead of 3·3·3·10 + 10 = 280\n"
    ) in text
    assert "The class (3 papers, on average " in text
    assert re.search(r"  the \+1 dropped +2 +3  sizes.same, sizes.valid\n", text)
    assert re.search(r"  answer +right  consequential  wrong  not understood  missing\n", text)
    assert re.search(r"  volume +2 +1\n", text)


def test_latex_of_graded_papers_is_an_article(marked: GradedClass) -> None:
    text = print_marks(marked, "latex")
    assert text.startswith("\\documentclass")
    assert balanced(text)
    assert "\\subsection*{Ada: 16 of 16 points}" in text


def test_markdown_of_graded_papers(marked: GradedClass) -> None:
    text = print_marks(marked, "markdown")
    assert "- ✗ volume: 28x28x10 (right: 32x32x10)\\\n  *forgot the padding*" in text
    assert "| mistake" in text
    assert "| answer" in text


def balanced(text: str) -> bool:
    stack: list[str] = []
    for found in re.finditer(r"\\(begin|end)\{(\w+\*?)\}", text):
        if found[1] == "begin":
            stack.append(found[2])
        elif not stack or stack.pop() != found[2]:
            return False
    plain = re.sub(r"\\[\\{}]", "", text)
    return not stack and plain.count("{") == plain.count("}")


def test_latex_is_balanced(first: SolvedSheet) -> None:
    for sheet in (first, lectures()):
        text = print_sheet(sheet, "latex")
        assert text.startswith("\\documentclass")
        assert text.endswith("\\end{document}\n")
        assert balanced(text)
        assert text.count("$") % 2 == 0


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex: LaTeX is not typeset")
def test_latex_is_typeset(tmp_path: Path) -> None:
    path = tmp_path / "sheet.tex"
    path.write_text(print_sheet(lectures(), "latex"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert path.with_suffix(".pdf").stat().st_size > 50_000


def test_pages_need_nothing_else(first: SolvedSheet, marked: GradedClass) -> None:
    for page in (
        print_sheet(first, "html"),
        print_sheet(first, "html", brief=True),
        print_marks(marked, "html"),
    ):
        assert page.startswith("<!DOCTYPE html>")
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page
        assert "default-src 'none'" in page
    assert print_sheet(first, "html").count("<details open>") == 15


def test_what_students_write_is_escaped(first: SolvedSheet) -> None:
    from cnnanalyze.course.grading.answers import Paper

    paper = Paper("<script>", {("sizes.valid", ""): "<b>4</b>", ("volume", ""): "</script>"})
    page = print_marks(grade(first, [paper]), "html")
    assert "<b>4</b>" not in page.partition('<script type="application/json"')[0]
    assert page.count("</script>") == 2


def test_unknown_format_is_refused(first: SolvedSheet, marked: GradedClass) -> None:
    with pytest.raises(UsageError, match="there is no format 'pdf'"):
        print_sheet(first, "pdf")
    with pytest.raises(UsageError, match="there is no format 'pdf'"):
        print_marks(marked, "pdf")


# --- commands and functions -----------------------------------------------------------------------


def command(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, str, str]:
    code = run_command([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_solve_prints_and_writes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = command(capsys, "solve", "zoo:first_course", "--brief")
    assert (code, err) == (0, "")
    assert "\n32x32x10\n" in out
    target = tmp_path / "sheet.html"
    assert command(capsys, "solve", "zoo:first_course", "-f", "html", "-o", target)[:2] == (0, "")
    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_exit_codes_of_grade(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sheet = tmp_path / "a.sheet"
    sheet.write_text("sheet: 1\nquestions: [{id: A, window: {n: 6, f: 3}}]\n", encoding="utf-8")
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "ann.yaml").write_text("A: 4\n", encoding="utf-8")
    assert command(capsys, "grade", sheet, papers)[0] == 0
    (papers / "ben.yaml").write_text("A: 3\n", encoding="utf-8")
    code, out, err = command(capsys, "grade", sheet, papers)
    assert (code, err) == (1, "")
    assert "ben: 0 of 1 point (1 wrong)" in out
    (papers / "cem.json").write_text("{", encoding="utf-8")
    code, out, err = command(capsys, "grade", sheet, papers)
    assert code == 2
    assert "ben: 0 of 1 point (1 wrong)" in out
    assert "cem.json:1:2: error: this is not JSON" in err
    assert command(capsys, "grade", sheet, tmp_path / "nothing.csv")[0] == 2


def test_credit_is_an_option(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answers = tmp_path / "ann.csv"
    answers.write_text("question,Ann\nvolume,28x28x10\n", encoding="utf-8")
    _, out, _ = command(capsys, "grade", "zoo:first_course", answers, "--credit", "0.5")
    assert "Ann: 0.5 of 16 points" in out
    assert "0.5 points of 1" in out
    code, _, err = command(capsys, "grade", "zoo:first_course", answers, "--credit", "2")
    assert code == 2
    assert "--credit takes one share or two between 0 and 1, not '2'" in err


def test_functions_of_the_package() -> None:
    sheet = cnn.solve("zoo:first_course")
    assert sheet["volume"] == (32, 32, 10)
    assert sheet["sizes", "strided"] == 2
    assert str(sheet).startswith("First course, sheet 1 (7 questions, 15 answers, 16 points)\n")
    with pytest.raises(UsageError, match="question 'sizes' has no answer ''"):
        sheet["sizes"]
    graded = cnn.grade("zoo:first_course", {"volume": "10x32x32"}, ANSWERS)
    assert [p.student for p in graded.papers] == ["student 1", "Ada", "Ben", "Cem"]


def test_specs_are_found_without_the_sheets() -> None:
    from cnnanalyze.cli.specs import find

    assert not [p for p in find([str(ROOT / "specs")]) if "sheets" in p]
