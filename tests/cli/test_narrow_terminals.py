"""Narrow terminals: nothing but a single word is wider than they are; what is left out is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.characters import cells

pytestmark = pytest.mark.sampled(6)

IMAGE = "3 0 1 2 7 4; 1 5 8 9 3 1; 2 7 2 5 1 3; 0 1 3 1 7 8; 4 2 1 6 2 8; 2 4 5 2 3 9"
ANSWERS = Path(__file__).parent.parent.parent / "specs" / "sheets" / "first_course.csv"
COMMANDS: dict[str, tuple[object, ...]] = {
    "summary": ("summary", "zoo:lenet5"),
    "summary of several": ("summary", "zoo:lenet5", "zoo:alexnet", "zoo:vgg16"),
    "conventions": ("summary", "zoo:lenet5", "--conventions"),
    "graph": ("summary", "zoo:lenet5", "--graph"),
    "compare": ("compare", "zoo:resnet18", "zoo:resnet34"),
    "compare several": ("compare", "zoo:vgg11", "zoo:vgg16", "zoo:alexnet"),
    "audit": ("audit", "zoo:lecture_001_lenet"),
    "deploy": ("deploy", "zoo:lenet5"),
    "zoo": ("zoo",),
    "layers": ("layers",),
    "rule": ("rule",),
    "explain": ("explain", "zoo:lenet5", "C1", "parameters"),
    "explain all": ("explain", "zoo:lenet5"),
    "convolve": ("convolve", "--image", IMAGE, "--kernel", "vertical-edge", "--step", "2,3"),
    "convolve columns": ("convolve", "--image", "1 2; 3 4", "--apply", "softmax"),
    "solve": ("solve", "zoo:first_course"),
    "grade": ("grade", "zoo:first_course", ANSWERS),
}


@pytest.mark.parametrize("columns", [20, 40])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_is_wider_than_the_terminal(run: Any, name: str, columns: int) -> None:
    out = run(*COMMANDS[name], columns=columns).out
    assert out
    wide = [line for line in out.split("\n") if cells(line) > columns and len(line.split()) > 1]
    assert not wide


@pytest.mark.parametrize("columns", [20, 30])
def test_columns_that_every_table_has_are_left_out_last_and_named(run: Any, columns: int) -> None:
    out = run("summary", "zoo:lenet5", columns=columns).out
    said = " ".join(out[out.index("no room here for") :].split())
    assert ("parameters" in said.partition(";")[0]) is (columns == 20)
    assert "MACs" in said.partition(";")[0]
    rows = out.split("\n")
    assert any(row.startswith("C1") and row.rstrip().endswith(("28x28x6", "156")) for row in rows)


def test_a_rule_is_cut_off_and_not_broken(run: Any) -> None:
    out = run("compare", "zoo:resnet18", "zoo:resnet34", columns=30).out
    rules = [line for line in out.split("\n") if "─" in line]
    assert rules
    assert all(set(line) <= {"─", " "} for line in rules)
    assert not any(line.startswith(" ") for line in rules)


def test_what_is_written_to_a_file_is_as_wide_as_it_is(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert run("explain", "zoo:lenet5", "-o", path, columns=30).code == 0
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) > 30
