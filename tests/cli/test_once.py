"""No command lays out or analyses the same network twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnanalyze.analysis import pipeline
from cnnanalyze.cli import run
from cnnanalyze.language import build
from cnnanalyze.report.page.gallery import network_page

SPEC = """\
cnn: 1
input: 7x5x3
layers:
  - {conv: {filters: 11, kernel: 3}}
  - gap
  - {dense: 13}
budgets: {parameters: 10k}
"""
OTHER = SPEC.replace("filters: 11", "filters: 17")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return how often networks are laid out and analysed from now on."""
    times = {"laid out": 0, "analysed": 0}

    def counting(module: object, name: str, what: str) -> None:
        real: Callable[..., object] = getattr(module, name)

        def call(*arguments: object, **named: object) -> object:
            times[what] += 1
            return real(*arguments, **named)

        monkeypatch.setattr(module, name, call)

    counting(build, "_lay_out", "laid out")
    counting(pipeline, "_analyze", "analysed")
    return times


COMMANDS = [
    "summary net.yaml",
    "summary net.yaml -o page.json",
    "summary net.yaml --conventions",
    "summary net.yaml --graph",
    "draw net.yaml -o net.svg",
    "report net.yaml -o page.html",
    "report net.yaml -o pages/",
    "lint net.yaml",
    "lint net.yaml --select ALL",
    "budget net.yaml",
    "audit net.yaml",
    "explain net.yaml",
    "explain net.yaml conv1 macs",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_one_network(
    command: str, counted: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, encoding="utf-8")
    assert run(command.split()) in {0, 1}
    assert counted == {"laid out": 1, "analysed": 1}


def test_a_page_of_the_gallery(counted: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    network_page(path, "net")
    assert counted == {"laid out": 1, "analysed": 1}


@pytest.mark.parametrize("command", ["summary", "compare", "report -o pages"])
def test_two_networks(
    command: str, counted: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, encoding="utf-8")
    Path("other.yaml").write_text(OTHER, encoding="utf-8")
    assert run([*command.split(), "net.yaml", "other.yaml"]) == 0
    assert counted == {"laid out": 2, "analysed": 2}


def test_a_network_that_is_compared_with_itself(
    counted: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, encoding="utf-8")
    assert run(["compare", "net.yaml", "net.yaml"]) == 0
    assert counted == {"laid out": 1, "analysed": 1}


@pytest.mark.parametrize("option", [["--fix"], ["--diff"], ["--add-ignore", "so it is"]])
def test_changes_to_a_file_without_findings(
    option: list[str], counted: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, encoding="utf-8")
    assert run(["lint", "--select", "CV", *option, "net.yaml"]) == 0
    assert counted["laid out"] == 1


def test_a_fix_is_read_once_and_linted_as_it_was_read(
    counted: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SPEC.replace("  - gap\n", "  - batchnorm\n  - gap\n")
    Path("net.yaml").write_text(text, encoding="utf-8")
    assert run(["lint", "--select", "NA001", "--fix", "net.yaml"]) == 0
    assert "bias: false" in Path("net.yaml").read_text("utf-8")
    # The text before, that with the fix as its safety is weighed, and that with the fix put in.
    assert counted["laid out"] == 3
