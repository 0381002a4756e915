"""What docs/explain.md prints is what one gets."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from cnnanalyze.cli import run

PAGE = Path(__file__).parent.parent.parent / "docs" / "explain.md"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
COMMANDS = [text for language, text in BLOCKS if language == "console"]


def test_there_are_examples() -> None:
    assert len(COMMANDS) == 3
    assert len(BLOCKS) == 5


@pytest.mark.parametrize("block", COMMANDS)
def test_commands_print_this(
    block: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    line, _, expected = block.partition("\n")
    assert run(line.removeprefix("$ cnnanalyze ").split()) == 0
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed == [line.rstrip() for line in expected.splitlines()]


def test_python_runs() -> None:
    text = "\n".join(text for language, text in BLOCKS if language == "python")
    test = doctest.DocTestParser().get_doctest(text, {}, "explain", str(PAGE), 0)
    outcome = doctest.DocTestRunner().run(test)
    assert outcome.attempted >= 9
    assert outcome.failed == 0
