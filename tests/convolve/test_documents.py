"""What docs/convolve.md prints is what one gets."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.filters import CATALOGUE
from cnnanalyze.homework.hand.network import work_out
from tests.convolve.conftest import Run
from tests.convolve.lectures import SEVEN_000

PAGE = (Path(__file__).parents[2] / "docs" / "convolve.md").read_text("utf-8")
SHOWN = re.findall(r"```console\n\$ cnnanalyze (.*)\n((?:.*\n)*?)```", PAGE)


def test_there_are_examples() -> None:
    assert len(SHOWN) == 2


@pytest.mark.parametrize(("command", "printed"), SHOWN)
def test_examples(
    command: str, printed: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, body in re.findall(
        r"^`([^`\n]+)`:\n\n```\n((?:.*\n)*?)```", PAGE, flags=re.MULTILINE
    ):
        Path(name).write_text(body, encoding="utf-8")
    out = run(*shlex.split(command))
    assert out.out == printed
    assert out.code == ("--expect" in command)


def test_the_file_of_an_example_is_on_the_page() -> None:
    rows = "".join(f"{','.join(map(str, row))}\n" for row in SEVEN_000)
    assert f"`lecture.csv`:\n\n```\n{rows}```\n" in PAGE


def test_the_spec_is_worked_out() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    sections = work_out(cnn.loads(text))
    assert [s.kind for s in sections] == ["conv", "relu", "maxpool", "dense", "softmax"]
    assert sections[3].after.flat() == (46, 23)


def test_named_filters_of_the_page_exist() -> None:
    named = set(re.findall(r"`([a-z]+-[a-z]+)`", PAGE))
    assert "vertical-edge" in named
    assert named <= {*CATALOGUE, "cross-entropy"}
