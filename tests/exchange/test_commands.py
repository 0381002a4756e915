"""Every command that takes a spec takes the files of a front end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.cli.commands import COMMANDS, make_command

COMMAND_LINES = {
    "summary": ("summary", "net.tiny"),
    "draw": ("draw", "net.tiny", "-o", "net.svg"),
    "export": ("export", "net.tiny"),
    "report": ("report", "net.tiny", "-o", "net.html"),
    "compare": ("compare", "net.tiny", "zoo:lenet5"),
    "deploy": ("deploy", "net.tiny"),
    "gallery": ("gallery", "net.tiny", "-o", "pages", "--jobs", "1"),
    "verify": ("verify", "net.tiny"),
    "audit": ("audit", "net.tiny"),
    "lint": ("lint", "net.tiny", "--exit-zero"),
    "budget": ("budget", "net.tiny", "--update"),
    "check": ("check", "net.tiny", "--against", "net.tiny"),
    "zoo": ("zoo", "--plot", "net.tiny", "--family", "LeNet"),
    "explain": ("explain", "net.tiny", "conv1", "macs"),
}
"""A command line for every command with an argument SPEC."""


def test_every_command_with_a_spec_is_tried() -> None:
    takes = {
        name
        for name in COMMANDS
        for option in make_command(name).params
        if option.param_type_name == "argument" and option.name in {"spec", "specs"}
    }
    assert takes == {*COMMAND_LINES, "sweep"}


def test_a_file_without_parameters_has_none_to_vary(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(model.parent)
    assert run(["sweep", "net.tiny", "--vary", "width=1"]) == 2
    assert capsys.readouterr().err == (
        "error: net.tiny was made without a spec, so it has no parameters to vary\n"
        "  help: 'cnnanalyze import' writes a spec of a file of another program\n"
    )


@pytest.mark.parametrize("command", COMMAND_LINES)
def test_command_takes_the_file(
    command: str,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(model.parent)
    code = run(COMMAND_LINES[command])
    assert (code, "error" in capsys.readouterr().err) == (0, False)


def test_convolve_asks_the_network_of_the_file_for_its_numbers(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(model.parent)
    Path("net.tiny").write_text("input 2 2 1\nrelu\n")
    assert run(["convolve", "net.tiny", "--image", "[[-1, 2], [3, -5]]", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "net"


def test_patterns_find_the_files_and_folders_keep_to_specs(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(model.parent)
    Path("net.yaml").write_text("{cnn: 1, name: spec, input: 5x5x1, layers: [relu]}")
    assert run(["summary", "*.tiny", "-f", "csv", "--columns", "name"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "conv1"
    assert run(["lint", "--show-files", "."]) == 0
    assert capsys.readouterr().out == "net.yaml\n"
    assert run(["lint", "--show-files", ".", "--include", "*.tiny"]) == 0
    assert capsys.readouterr().out == "net.tiny\n"


def test_findings_stand_at_the_lines_of_the_file(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(model.parent)
    Path("net.tiny").write_text("input 31 37 3\nconv filters=8 kernel=3\nrelu\nrelu\n")
    assert run(["lint", "net.tiny", "--select", "NA003"]) == 1
    assert capsys.readouterr().out.startswith("net.tiny:4:1: warning[NA003] double-activation: ")


def test_faults_are_findings(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(model.parent)
    Path("net.tiny").write_text("input 31 37 3\nconv filters=8 kernel=33\n")
    assert run(["lint", "net.tiny", "-f", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["code"], found["file"], found["line"]) == ("SH002", "net.tiny", 2)
    assert run(["lint", "none.tiny"]) == 2
    assert capsys.readouterr().err == "error: there is no file none.tiny\n"


@pytest.mark.parametrize("option", [("--fix",), ("--add-ignore", "why")])
def test_the_file_is_not_changed(
    option: tuple[str, ...],
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(model.parent)
    before = model.read_bytes()
    assert run(["lint", "net.tiny", *option]) == 2
    assert capsys.readouterr().err == (
        "error: 'net.tiny' is not a spec and is not changed\n"
        "  help: leave it out: only specs are changed\n"
    )
    assert run(["lint", "net.tiny", "--diff"]) == 0
    assert capsys.readouterr().out == ""
    assert model.read_bytes() == before
