"""No value of any option of any command ends in something that nobody foresaw.

The sentence for that is a net for the sake of users; here command lines run without it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli import COMMANDS, carry_out
from tests.cli.options import options_of

pytestmark = pytest.mark.sampled(8)

SPEC = """\
cnn: 1
name: tiny
input: 7x11x3
layers:
  - {conv: {filters: 5, kernel: 3}, as: a}
  - relu
  - gap
  - dense: 3
budgets: {parameters: 1000}
expect: [{source: x, total: {parameters: 140}}]
"""
SHEET = "sheet: 1\ntitle: t\nquestions:\n  - {id: a, window: {n: 7, f: 3}, find: output}\n"
BASE = {
    "summary": "net.yaml",
    "draw": "net.yaml",
    "export": "net.yaml",
    "compare": "net.yaml other.yaml",
    "sweep": "family.yaml --vary n=1,2",
    "deploy": "net.yaml",
    "import": "net.yaml",
    "gallery": "net.yaml --jobs 1",
    "verify": "net.yaml",
    "audit": "net.yaml",
    "check": "net.yaml --against other.yaml",
    "lint": "net.yaml",
    "rule": "",
    "budget": "net.yaml",
    "report": "net.yaml",
    "explain": "net.yaml a output",
    "convolve": "--image [[1,2,3],[4,5,6],[7,8,9]] --kernel sobel-x",
    "solve": "sheet.yaml",
    "grade": "sheet.yaml answers.yaml",
    "zoo": "--name lenet*",
    "layers": "",
    "schema": "",
}
ODD = (
    *("", "-1", "0", "99999999999999999999", "1e999", "nan", "1/0", "a=", "$x", "[1", "[[]]"),
    *("\x00", "\x1b[31m\n", "\udcff", "x" * 5_000, "loop.yaml", "folder", ",", "1,1"),
)
MORE = ("=", "{", "empty.yaml", "zoo:", "zoo:nosuch", "zoo:[", "@", "@a=1", "*")
ALONE = {"--help", "--watch", "--filters", "--version"}
"""Options without a value that do not end, or do nothing else."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC)
    Path("other.yaml").write_text(SPEC.replace("filters: 5", "filters: 13"))
    family = SPEC.replace("filters: 5", "filters: $n").replace("layers:", "params: {n: 5}\nlayers:")
    Path("family.yaml").write_text(family)
    Path("sheet.yaml").write_text(SHEET)
    Path("answers.yaml").write_text("student: Ada\na: 5\n")
    Path("empty.yaml").write_text("")
    Path("folder").mkdir()
    Path("loop.yaml").symlink_to("loop.yaml")


def options(command: str) -> Iterator[tuple[str, bool]]:
    """Yield the name of every option of a command, and whether it takes a value."""
    for option in options_of(command):
        for name in option.names[:1]:
            if name not in ALONE:
                yield name, bool(option.values)


WHOLE_ZOO = ("gallery", "--output")
"""With this it makes pages of everything."""
CASES = [
    pytest.param(*(c, name, takes), marks=[pytest.mark.thorough] if (c, name) == WHOLE_ZOO else [])
    for c in COMMANDS
    for name, takes in options(c)
]


@pytest.mark.parametrize(("command", "name", "takes_value"), CASES)
def test_no_value_of_an_option(command: str, name: str, takes_value: bool) -> None:
    base = [word for word in BASE[command].split() if word]
    if command == "convolve" and name in {"--image", "--kernel"}:
        base = ["--image", "1 2; 3 4"] if name == "--kernel" else ["--kernel", "[[1]]"]
    for value in ODD if takes_value else ("",):
        given = [value] if takes_value else []
        if name == "--pool":
            given = ["max", value]
        assert carry_out([command, *base, name, *given]) in {0, 1, 2}, value


@pytest.mark.parametrize("command", COMMANDS)
def test_no_argument(command: str) -> None:
    base = [word for word in BASE[command].split() if word]
    for value in (*ODD, *MORE):
        assert carry_out([command, value]) in {0, 1, 2}, value
        assert carry_out([command, *base, value]) in {0, 1, 2}, value
        assert carry_out([command, value, *base[1:]]) in {0, 1, 2}, value


@pytest.mark.parametrize("kind", ["cross-entropy", "batchnorm", "softmax", "prelu", "add", "conv"])
def test_no_numbers_for_what_is_applied(kind: str) -> None:
    for option in ("--target", "--gamma", "--beta", "--epsilon"):
        for value in ODD:
            words = ["convolve", "--image", "[[1,2,3]]", "--apply", kind, option, value]
            assert carry_out(words) in {0, 1, 2}, words


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "line",
    [
        *("summary NAME", "summary NAME NAME", "lint NAME", "verify NAME", "draw NAME"),
        *("report NAME", "audit NAME", "budget NAME", "compare NAME NAME", "explain NAME a macs"),
        *("export NAME --to torch", "check NAME --against NAME", "schema NAME", "lint ."),
        *("gallery NAME -o pages", "gallery . -o pages"),
    ],
)
def test_no_file_name_that_is_no_text(line: str) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    Path(name).write_text(SPEC, encoding="utf-8")
    words = line.replace("NAME", name).split()
    assert carry_out(words) in {0, 1}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("command", ["summary", "lint", "verify", "explain", "compare"])
def test_no_terminal_of_one_column(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "1")
    others = ["other.yaml"] if command == "compare" else []
    assert carry_out([command, "net.yaml", *others]) in {0, 1}
    assert capsys.readouterr().out


def test_depths_without_bounds(run: Any) -> None:
    one = run("compare", "net.yaml", "other.yaml", "--depth", "99999999999999999999")
    assert (one.code, one.err) == (0, "")
