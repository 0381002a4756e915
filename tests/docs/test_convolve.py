"""What docs/guides/convolve.md prints is what one gets."""

from __future__ import annotations

import re
from pathlib import Path

import cnnanalyze as cnn
from cnnanalyze.core.filters import CATALOGUE
from cnnanalyze.course.worked_steps.network import work_out
from tests.course.worked_steps.lectures import SEVEN_000

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "convolve.md").read_text("utf-8")


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
