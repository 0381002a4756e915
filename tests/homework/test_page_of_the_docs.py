"""What docs/homework.md prints is what one gets, and it names all there is."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.homework.kinds import NAMES, Rank
from cnnanalyze.homework.questions.combination import COMBINATIONS
from cnnanalyze.homework.questions.layer import KEYS
from cnnanalyze.homework.questions.pattern import PATTERN
from cnnanalyze.homework.questions.topics import TOPICS
from tests.homework.sheets import ROOT

PAGE = ROOT / "docs" / "homework.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = [text for language, text in BLOCKS if language == "console"]
FILES = {"mine.sheet": "yaml", "answers.csv": "csv"}


@pytest.mark.parametrize("block", COMMANDS, ids=("solve", "grade"))
def test_commands_print_this(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, language in FILES.items():
        text = next(t for found, t in BLOCKS if found == language)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    line, _, expected = block.partition("\n")
    assert run(line.removeprefix("$ cnnanalyze ").split()) == int("grade" in line)
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed == [line.rstrip() for line in expected.splitlines()]


def test_python_runs() -> None:
    text = "\n".join(text for language, text in BLOCKS if language == "python")
    test = doctest.DocTestParser().get_doctest(text, {}, "homework", str(PAGE), 0)
    outcome = doctest.DocTestRunner().run(test)
    assert outcome.attempted == 5
    assert outcome.failed == 0


def test_all_mistakes_are_listed_as_what_they_are() -> None:
    _, _, listed = TEXT.partition("### The mistakes")
    common, _, others = listed.partition("Less common")
    others = others.partition("\n## ")[0]
    found = {
        rank: {name.replace("\n", " ") for name in re.findall(r"`([^`]+)`", part)}
        for rank, part in ((True, common), (False, others))
    }
    assert found[True] == {name for name, rank in NAMES.items() if rank is Rank.COMMON}
    assert found[False] == {name for name, rank in NAMES.items() if rank is not Rank.COMMON}


def test_all_topics_quantities_and_combinations_are_named() -> None:
    named = set(re.findall(r"`\{?(\w+)", TEXT))
    wanted = {*TOPICS, *COMBINATIONS, *KEYS, *PATTERN}
    for topic in TOPICS.values():
        wanted.update(topic.quantities)
        wanted.update(set(topic.section.model_fields) - {"drop_last", "optimizer", "loss"})
    not_for_sheets = {"classes", "learning_rate", "weight_decay"}
    assert wanted - not_for_sheets - named == set()
