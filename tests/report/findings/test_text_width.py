"""Findings on a terminal: sentences broken between words, source lines cut around their carets."""

from __future__ import annotations

import pytest

from cnnanalyze.errors import Mark, Source
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import FileResult, LintResult
from cnnanalyze.report.findings import write

LINE = (
    "- add: [[" + "{conv: {filters: 8, kernel: 3}}, " * 3 + "{conv: {filters: 8, kernel: 4}}], []]"
)
SENTENCE = "one sentence of many words that says what is wrong, " * 4 + "and no more"


def result(column: int, length: int = 4) -> LintResult:
    source = Source("specs/net.yaml", f"{LINE}\n")
    finding = Finding(
        "CV003",
        "even-kernel",
        "warning",
        SENTENCE,
        Mark(source, 1, column, length),
        help=SENTENCE,
        values=(("first", SENTENCE),),
    )
    return LintResult((FileResult(source, (finding,)),))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("column", [1, 3, 20, 70, 110, len(LINE) - 3])
def test_every_line_fits(width: int, column: int) -> None:
    text = write(result(column), "text", width=width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    assert words.count(SENTENCE) == 3


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("column", range(1, len(LINE) - 2, 7))
def test_carets_stay_under_what_they_mark(width: int, column: int) -> None:
    lines = write(result(column), "text", width=width).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("1 | "))
    shown, carets = lines[at], lines[at + 1]
    begin = carets.index("^")
    assert shown[begin : begin + 4] == LINE[column - 1 : column + 3]
    assert carets.strip("| ") == "^^^^"


def test_a_pipe_gets_whole_lines() -> None:
    text = write(result(3), "text")
    assert f"even-kernel: {SENTENCE}\n" in text
    assert f"1 | {LINE}\n" in text


def test_colour_changes_no_character() -> None:
    import re

    for width in (0, 60, 100):
        painted = write(result(70), "text", styling="colour", width=width)
        assert re.sub(r"\x1b\[[\d;]*m", "", painted) == write(result(70), "text", width=width)
        assert "\x1b[" in painted
