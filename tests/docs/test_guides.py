"""The guides of the linter show what one gets."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cnnanalyze.lint.config import KEYS
from cnnanalyze.report.findings import FORMATS
from tests.docs.examples import agrees, examples

DOCS = Path(__file__).parent.parent.parent / "docs"
GUIDES = ("lint.md", "ci.md")


@pytest.mark.parametrize("name", GUIDES)
def test_examples_print_what_is_shown(name: str, tmp_path: Path) -> None:
    page = (DOCS / name).read_text("utf-8")
    found = [example for _, block in examples(page, tmp_path) for example in block]
    assert len(found) >= 3
    for example in found:
        assert agrees(example.shown, example.printed), (
            f"{example.command}\n{example.printed}\n"
            f"python -m tests.docs.examples --write docs/{name}"
        )


def test_dots_stand_for_lines() -> None:
    assert agrees("a\n...\nd\n", "a\nb\nc\nd\n")
    assert agrees("a\n...\nb\n", "a\nb\n")
    assert not agrees("a\n...\nb\n", "a\nc\n")
    assert not agrees("a\n", "a\nb\n")


def test_every_key_of_the_configuration_is_described() -> None:
    page = (DOCS / "lint.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| ", page, flags=re.MULTILINE)
    assert sorted(set(rows) & set(KEYS)) == sorted(KEYS)


def test_every_format_is_described() -> None:
    page = (DOCS / "lint.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in FORMATS)


def test_configurations_are_toml() -> None:
    for name in GUIDES:
        page = (DOCS / name).read_text("utf-8")
        for text in re.findall(r"^```toml\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE):
            assert tomllib.loads(text)
