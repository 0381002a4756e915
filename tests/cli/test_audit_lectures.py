"""``cnnanalyze audit`` on lectures: what is printed, in every format, and the exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.report.lecture_facts import document
from cnnanalyze.report.writers import render
from tests.course.lectures.lectures import FOLDER, IDS, ROOT, examined

PAGE = ROOT / "docs" / "reference" / "lectures.md"


@pytest.mark.thorough
def test_the_committed_page_is_current() -> None:
    written = render(document([examined(name) for name in IDS]), "markdown")
    assert PAGE.read_text(encoding="utf-8").endswith(f"\n\n{written}"), (
        "put what 'cnnanalyze audit zoo:lectures --format markdown' prints at the end of the page"
    )


def test_the_file_on_the_page_is_as_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("```yaml\n")
    path = tmp_path / "slides.facts"
    path.write_text(rest.partition("```")[0], encoding="utf-8")
    assert run(["audit", str(path)]) == 0
    out = capsys.readouterr().out
    assert "3 facts: 2 hold, 1 is wrong.\n" in out
    assert "explained by: forgot the depth of the input\n" in out


@pytest.mark.thorough
def test_all_lectures_of_the_zoo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert run(["audit", "zoo:lectures"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == (
        "The lectures (5 lectures, 330 facts: 269 hold, 37 are wrong, 24 cannot be computed)"
    )
    assert "156" in out
    assert "✓" not in out


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_lines_fit_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert run(["audit", str(FOLDER / "004.facts")]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width


LECTURE = """\
lecture: 1
id: "7"
name: Mine
source: two sizes and a word
facts:
  - id: size
    lines: 5
    topic: output size
    says: 7x5 with a 3x3 filter
    ask: &conv {input: 7x5x1, layers: [{conv: {filters: 2, kernel: 3}}], quantity: output}
    printed: 5x3x2
  - id: parameters
    lines: 11-13
    topic: parameters
    says: what it learns
    ask: {input: 7x5x1, layers: [{conv: {filters: 2, kernel: 3}}], quantity: parameters}
    printed: 18
    verdict: wrong
    cause: error
    reason: the biases are parameters, too
    right: 20
  - {id: word, lines: 17, topic: history, says: who drew it, unchecked: no number}
"""

SHOWN = """\
Lecture 7: Mine

Two sizes and a word. 3 facts: 1 holds, 1 is wrong, 1 cannot be computed.

topic        where     fact                   printed  computed  verdict
───────────  ────────  ─────────────────────  ───────  ────────  ───────────
output size  ✓ L5      7x5 with a 3x3 filter    5x3x2     5x3x2  holds
parameters   ✗ L11-13  what it learns              18        20  wrong
    an error of the lecture: the biases are parameters, too
    explained by: forgot the biases
history      · L17     who drew it                               not checked
    no number
"""


def test_one_lecture_fact_by_fact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "7.facts"
    path.write_text(LECTURE, encoding="utf-8")
    assert run(["audit", str(path)]) == 0
    assert capsys.readouterr().out == SHOWN


def test_a_fact_that_fails_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    path = tmp_path / "7.facts"
    path.write_text(LECTURE.replace("printed: 5x3x2", "printed: 7x5x2"), encoding="utf-8")
    assert run(["audit", str(path)]) == 1
    out = capsys.readouterr().out
    assert "3 facts: 1 is wrong, 1 cannot be computed, 1 does not hold." in " ".join(out.split())
    assert "! L5" in out
    said = f"{path}:6:5: the package finds something else, and the fact is not marked wrong"
    assert "".join(said.split()) in "".join(out.split())  # wherever the lines are broken


def test_json_has_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "7.facts"
    path.write_text(LECTURE, encoding="utf-8")
    assert run(["audit", str(path), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["fine"] is True
    (lecture,) = data["lectures"]
    assert lecture["outcomes"]["wrong"] == 1
    assert [f["computed"] for f in lecture["facts"]] == ["5x3x2", 20, None]
    assert lecture["facts"][1]["gives_what_is_printed"] == ["forgot the biases"]


def test_markdown_of_one_lecture_has_every_fact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "7.facts"
    path.write_text(LECTURE, encoding="utf-8")
    assert run(["audit", str(path), "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Lecture 7: Mine\n\nTwo sizes and a word. 3 facts: 1 holds, ")
    assert re.findall(r"^\| [a-z ]+ +\| (\S L[-\d]+)", out, re.MULTILINE) == [
        "✓ L5",
        "✗ L11-13",
        "· L17",
    ]


def test_a_spec_and_a_lecture_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "7.facts"
    path.write_text(LECTURE, encoding="utf-8")
    assert run(["audit", "zoo:lecture_001_ten_filters", str(path), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [len(data["audits"]), len(data["lectures"])] == [1, 1]


def test_a_folder_of_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "7.facts").write_text(LECTURE, encoding="utf-8")
    assert run(["audit", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Lecture 7: Mine\n")


def test_a_faulty_file_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "7.facts"
    path.write_text("lecture: 1\nid: x\nfacts: 5\n", encoding="utf-8")
    assert run(["audit", str(path)]) == 2
    assert (
        f"{path}:3:8: error: 'facts' of a file of facts must be a list, not 5"
        in capsys.readouterr().err
    )


def test_the_wheel_takes_the_facts_along() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    # Where the specs lie in the wheel, the lectures lie below.
    assert wheel["force-include"]["specs"] == "cnnanalyze/networks"
    assert FOLDER == ROOT / "specs" / "lectures"
