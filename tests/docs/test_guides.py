"""The guides of the linter show what one gets."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from cnnanalyze.core.section import fields_of
from cnnanalyze.linting.config import LintTable
from cnnanalyze.report.findings import FORMATS

DOCS = Path(__file__).parent.parent.parent / "docs" / "guides"
GUIDES = ("lint.md", "ci.md")


def test_every_key_of_the_configuration_is_described() -> None:
    page = (DOCS / "lint.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| ", page, flags=re.MULTILINE)
    keys = set(fields_of(LintTable))
    assert set(rows) & keys == keys


def test_every_format_is_described() -> None:
    page = (DOCS / "lint.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in FORMATS)


def test_configurations_are_toml() -> None:
    for name in GUIDES:
        page = (DOCS / name).read_text("utf-8")
        for text in re.findall(r"^```toml\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE):
            assert tomllib.loads(text)
