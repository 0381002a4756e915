"""What a file is called decides its format, in every command alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli.formats import endings_of
from cnnanalyze.report.writers import known

SPEC = (
    "{cnn: 1, name: tiny, input: 7x11x3, layers: [{conv: {filters: 5, kernel: 3}}], "
    "budgets: {parameters: 1000}, "
    "expect: [{source: a paper, total: {parameters: 140}}]}"
)
SHEET = "sheet: 1\ntitle: t\nquestions:\n  - {id: a, window: {n: 7, f: 3}, find: output}\n"
Write = Callable[..., Path]

STARTS: dict[str, Callable[[str], bool]] = {
    ".txt": lambda text: not text.startswith(("{", "<", "#", "\\")),
    ".json": lambda text: isinstance(json.loads(text), dict),
    ".jsonl": lambda text: all(isinstance(json.loads(line), dict) for line in text.splitlines()),
    ".sarif": lambda text: json.loads(text)["version"] == "2.1.0",
    ".xml": lambda text: text.startswith("<?xml"),
    ".csv": lambda text: "," in text.splitlines()[0],
    ".md": lambda text: text.startswith(("#", "|", "✓", "-")),
    ".markdown": lambda text: text.startswith(("#", "|", "✓", "-")),
    ".tex": lambda text: "\\" in text,
    ".html": lambda text: text.lower().startswith("<!doctype html>"),
    ".htm": lambda text: text.lower().startswith("<!doctype html>"),
    ".svg": lambda text: text.startswith("<svg"),
    ".yaml": lambda text: text.startswith("cnn: 1"),
    ".yml": lambda text: text.startswith("cnn: 1"),
}
TABLES = (".txt", ".json", ".csv", ".md", ".tex", ".html")
COMMANDS = {
    "summary {spec}": TABLES,
    "summary {spec} {other}": TABLES,
    "summary {spec} --conventions": TABLES,
    "zoo --name lenet5": TABLES,
    "verify {spec}": TABLES,
    "deploy {spec}": TABLES,
    "audit {spec}": (".txt", ".json", ".md", ".tex", ".html"),
    "budget {spec}": (".txt", ".json", ".md", ".tex", ".html"),
    "compare {spec} {other}": (".txt", ".json", ".md", ".tex", ".html"),
    "explain {spec} conv1 output": (".txt", ".md", ".tex", ".html", ".json"),
    "convolve --image [[1,2],[3,4]] --pool max 2": (".txt", ".md", ".tex", ".html", ".json"),
    "solve {sheet}": (".txt", ".md", ".tex", ".html", ".json"),
    "grade {sheet} {answers}": (".txt", ".md", ".csv", ".json", ".html"),
    "layers": (".txt", ".md", ".tex", ".html", ".json"),
    "rule": (".txt", ".md", ".tex", ".html", ".json"),
    "schema": (".json",),
    "draw {spec}": (".svg",),
    "report {spec}": (".html", ".htm"),
    "import {spec}": (".yaml", ".yml"),
    "lint {spec}": (".txt", ".json", ".jsonl", ".sarif", ".xml", ".md"),
}


@pytest.fixture
def files(write_spec: Write) -> dict[str, str]:
    return {
        "spec": str(write_spec(SPEC)),
        "other": str(write_spec(SPEC.replace("filters: 5", "filters: 13"), "other.yaml")),
        "sheet": str(write_spec(SHEET, "sheet.yaml")),
        "answers": str(write_spec("student: Ada\na: 5\n", "answers.yaml")),
    }


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("command", "ending"),
    [(command, ending) for command, endings in COMMANDS.items() for ending in endings],
)
def test_the_ending_of_the_file_decides(
    run: Any, files: dict[str, str], tmp_path: Path, command: str, ending: str
) -> None:
    target = tmp_path / f"out{ending}"
    words = [word.format(**files) for word in command.split()]
    outcome = run(*words, "-o", target)
    assert outcome.code in {0, 1}, outcome.err
    assert STARTS[ending](target.read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_an_ending_that_a_command_cannot_write_is_refused_with_those_that_it_can(
    run: Any, files: dict[str, str], tmp_path: Path, command: str
) -> None:
    target = tmp_path / "out.docx"
    outcome = run(*(word.format(**files) for word in command.split()), "-o", target)
    assert outcome.code == 2
    assert outcome.err.startswith(f"error: this command writes no .docx file: '{target}'\n")
    assert COMMANDS[command][0] in outcome.err.partition("the name can end in ")[2]
    assert not target.exists()


def test_the_message_names_every_ending_and_the_way_around(
    run: Any, files: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "net.svg"
    outcome = run("summary", files["spec"], "-o", target)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"error: this command writes no .svg file: '{target}'\n"
        f"  help: the name can end in {endings_of(known(tables=True))}; '--format' names the "
        "format of any other file; 'cnnanalyze draw' draws a picture\n"
    )


@pytest.mark.parametrize(
    "command", ["rule", "layers", "zoo --name lenet5", "schema", "budget {spec}"]
)
def test_another_command_is_named_only_where_it_writes_the_same_thing(
    run: Any, files: dict[str, str], tmp_path: Path, command: str
) -> None:
    own = {ending.lstrip(".") for ending in COMMANDS.get(command, ())}
    for ending in sorted({"html", "svg", "sarif"} - own):
        outcome = run(*(w.format(**files) for w in command.split()), "-o", tmp_path / f"x.{ending}")
        assert outcome.code == 2
        assert "'cnnanalyze " not in outcome.err
    page = run("draw", files["spec"], "-o", tmp_path / "x.html")
    assert page.err.endswith(
        "in .svg, .png, .pdf, .tex, .dot or .mmd; 'cnnanalyze report' writes a page\n"
    )


def test_a_format_that_is_asked_for_wins(run: Any, files: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "net.docx"
    assert run("summary", files["spec"], "-f", "json", "-o", target).code == 0
    assert json.loads(target.read_text())["name"] == "tiny"
    assert run("summary", files["spec"], "-f", "csv", "-o", tmp_path / "net.json").code == 0
    assert (tmp_path / "net.json").read_text().startswith("name,")


def test_a_name_without_an_ending_has_the_usual_format(
    run: Any, files: dict[str, str], tmp_path: Path
) -> None:
    assert run("summary", files["spec"], "-o", tmp_path / "net").code == 0
    assert (tmp_path / "net").read_text().startswith("tiny · input 7x11x3")


def test_lint_takes_the_format_before_the_file_as_ever(
    run: Any, files: dict[str, str], tmp_path: Path
) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.json"
    run("lint", files["spec"], "-o", f"sarif={one}", "-o", two)
    assert json.loads(one.read_text())["version"] == "2.1.0"
    assert "findings" in json.loads(two.read_text())


@pytest.mark.parametrize("text", ["sarif=", "=x", ""])
def test_half_of_an_output_of_lint_is_refused(run: Any, files: dict[str, str], text: str) -> None:
    outcome = run("lint", files["spec"], "-o", text)
    assert (outcome.code, outcome.err) == (
        2,
        (
            f"error: --output takes FORMAT=FILE, or a FILE whose name ends in its format, "
            f"not '{text}'\n"
            "  help: for example --output sarif=lint.sarif\n"
        ),
    )


def test_several_networks_under_all_conventions_are_one_json(
    run: Any, files: dict[str, str]
) -> None:
    outcome = run("summary", files["spec"], files["other"], "--conventions", "-f", "json")
    assert [n["name"] for n in json.loads(outcome.out)["networks"]] == ["tiny", "tiny"]
